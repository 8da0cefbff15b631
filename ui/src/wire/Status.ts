import type { DesktopState } from "./DesktopState";
import type { DeviceId } from "./DeviceId";
import type { DeviceReport } from "./DeviceReport";
import type { LockCause } from "./LockCause";
import type { MemoryProtection } from "./MemoryProtection";
import type { Problem } from "./Problem";
import type { RepositoryState } from "./RepositoryState";
import type { SessionHearing } from "./SessionHearing";
import type { SlotReport } from "./SlotReport";
import type { TemplateCounts } from "./TemplateCounts";
import type { Timestamp } from "./Timestamp";
import type { UserId } from "./UserId";
import type { VaultState } from "./VaultState";

export type Status = { version: string, pid: number, vault: VaultState, user: UserId, device: DeviceId | null, slots: Array<SlotReport>, devices: Array<DeviceReport>, logons: number | null, templates: TemplateCounts, problems: Array<Problem>, repository: RepositoryState, paused_until: Timestamp | null, desktop: DesktopState, locks_on: SessionHearing, locked_by: LockCause | null, protection: MemoryProtection, };
