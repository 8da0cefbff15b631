export type PinnedBy = "user" | "machine";
