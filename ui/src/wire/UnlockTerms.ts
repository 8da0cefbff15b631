import type { VaultState } from "./VaultState";

export type UnlockTerms = { vault: VaultState, retry_after_ms: number | null, question: string | null, silent: boolean, };
