import type { FileOwner } from "./FileOwner";
import type { Lineage } from "./Lineage";
import type { Writable } from "./Writable";

export type ProcessIdentity = { parent: Lineage | null, started_by: string | null, executable: string, script: string | null, writable: Writable, owner?: FileOwner, package?: string | null, foreign?: string | null, } & Lineage;
