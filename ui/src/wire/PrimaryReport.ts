import type { PrimaryChoice } from "./PrimaryChoice";
import type { PrimaryMethod } from "./PrimaryMethod";

export type PrimaryReport = { method: PrimaryMethod, choice: PrimaryChoice, allowed: Array<PrimaryMethod>, };
