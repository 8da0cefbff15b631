import type { AuditLine } from "./AuditLine";

export type AuditTold = { entries: Array<AuditLine>, count: number, faults: Array<string>, };
