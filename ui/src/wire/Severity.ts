export type Severity = "warning" | "error";
