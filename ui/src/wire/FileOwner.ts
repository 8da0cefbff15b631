export type FileOwner = "root" | "user" | "other";
