import type { Layer } from "./Layer";
import type { SettingValue } from "./SettingValue";

export type SettingReport = { name: string, value: SettingValue, layer: Layer, place: string | null, default: string, doc: string, };
