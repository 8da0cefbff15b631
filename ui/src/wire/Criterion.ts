import type { Verdict } from "./Verdict";

export type Criterion = { what: string, wanted: string, found: string, verdict: Verdict, };
