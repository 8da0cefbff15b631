export type FormKind = "logon" | "logon-failed" | "logon-succeeded" | "change" | "change-failed" | "change-succeeded" | "confirm" | "message" | "ignore" | "custom";
