import type { StoreName } from "./StoreName";

export type StoreVerified = { store: StoreName, damaged: boolean, values: number, lost: number, unknown: number, notes: Array<string>, sentence: string, };
