export type Writable = "root-only" | "by-user";
