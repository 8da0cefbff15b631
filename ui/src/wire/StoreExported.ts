import type { StoreName } from "./StoreName";

export type StoreExported = { store: StoreName, file: string, values: number, lost: number, bytes: number, };
