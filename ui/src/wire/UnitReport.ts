import type { Timestamp } from "./Timestamp";
import type { Unit } from "./Unit";

export type UnitReport = { unit: Unit, publisher: string, number: number, expires: Timestamp, stale: boolean, templates: number, policies: number, overrides: number, missing: number, };
