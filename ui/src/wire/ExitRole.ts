export type ExitRole = "change" | "generate";
