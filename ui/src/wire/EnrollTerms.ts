import type { PrimaryReport } from "./PrimaryReport";
import type { SlotReport } from "./SlotReport";

export type EnrollTerms = { question: string, min_length: number, min_strength: number, slots: Array<SlotReport>, primary: PrimaryReport, };
