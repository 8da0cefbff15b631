import type { DeviceId } from "./DeviceId";
import type { DeviceState } from "./DeviceState";
import type { Timestamp } from "./Timestamp";

export type DeviceReport = { id: DeviceId, name: string, joined: Timestamp | null, this: boolean, state: DeviceState, };
