import type { StoreName } from "./StoreName";

export type StoreRepaired = { store: StoreName, quarantined: Array<string>, still_lost: number, given_up: number, sentence: string, };
