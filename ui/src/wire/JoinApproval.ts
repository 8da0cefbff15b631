import type { DeviceId } from "./DeviceId";

export type JoinApproval = { id: DeviceId, name: string, words: string, };
