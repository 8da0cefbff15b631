import type { DeviceId } from "./DeviceId";
import type { Timestamp } from "./Timestamp";

export type AuditLine = { at: Timestamp, device: DeviceId, event: string, subject: string, detail: string, };
