import type { StoreName } from "./StoreName";

export type StoreImported = { store: StoreName, healed: number, added: number, kept: number, unreadable: number, still_lost: number, removed: number, brought_back: number, sentence: string, };
