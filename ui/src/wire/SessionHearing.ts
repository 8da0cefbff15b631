import type { Hearing } from "./Hearing";

export type SessionHearing = { session_lock: Hearing, suspend: Hearing, idle: Hearing, };
