export type Verdict = "passed" | "failed" | "skipped";
