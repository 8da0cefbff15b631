import type { Refusal } from "./Refusal";

export type Outcome = "done" | { "refused": Refusal } | { "interrupted": Refusal };
