import type { Severity } from "./Severity";

export type Problem = { place: string, line: number | null, column: number | null, severity: Severity, message: string, help: string | null, };
