export type ExitHeld = "held" | "partly" | "open";
