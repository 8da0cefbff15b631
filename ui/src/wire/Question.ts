import type { Choice } from "./Choice";

export type Question = { "choice": Array<Choice> } | { "change": Choice } | "logon";
