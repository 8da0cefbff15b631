export type Method = "controls" | "keys" | "steps";
