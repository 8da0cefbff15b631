export type VaultState = "unenrolled" | "locked" | "unlocked";
