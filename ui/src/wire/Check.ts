import type { CheckResult } from "./CheckResult";

export type Check = { name: string, result: CheckResult, found: string, next: string | null, };
