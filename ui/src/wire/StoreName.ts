export type StoreName = "device" | "vault";
