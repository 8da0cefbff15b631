import type { PinnedBy } from "./PinnedBy";
import type { Timestamp } from "./Timestamp";
import type { UnitReport } from "./UnitReport";

export type OrganisationReport = { pinned: PinnedBy | null, words: string | null, name: string | null, version: number | null, expires: Timestamp | null, stale: boolean, rings: Array<string>, published: boolean, problem: string | null, units: Array<UnitReport>, groups: Array<string>, faults: Array<string>, };
