import type { Ending } from "./Ending";
import type { Stage } from "./Stage";
import type { Timestamp } from "./Timestamp";

export type JournalFacts = { pending: [Timestamp, Stage] | null, former: Array<[Timestamp, Ending]>, since: Timestamp | null, grace: number, };
