export type PrimaryMethod = "os" | "directory" | "own" | "none";
