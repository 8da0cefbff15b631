export type DeviceId = string;
