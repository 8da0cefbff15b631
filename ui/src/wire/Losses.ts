export type Losses = "keep" | "give-up";
