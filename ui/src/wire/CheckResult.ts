export type CheckResult = "good" | "warning" | "bad";
