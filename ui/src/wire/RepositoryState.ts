import type { RepositoryHealth } from "./RepositoryHealth";
import type { Timestamp } from "./Timestamp";

export type RepositoryState = { place: string, health: RepositoryHealth, synced: Timestamp | null, waiting: number, };
