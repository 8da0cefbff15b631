export type PrimaryChoice = "user" | "setting" | { "picked": string };
