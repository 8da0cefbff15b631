export type Removed = "stay" | "come-back";
