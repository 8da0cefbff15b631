export type DeviceState = "listed" | "keyless" | "leaving" | "joining";
