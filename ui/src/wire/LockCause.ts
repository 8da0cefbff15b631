export type LockCause = "asked" | "session" | "suspend" | "idle" | "account" | "offline";
