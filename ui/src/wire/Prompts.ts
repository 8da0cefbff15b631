import type { Prompt } from "./Prompt";

export type Prompts = { version: number, open: Array<Prompt>, };
