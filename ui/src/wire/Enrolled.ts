import type { SlotReport } from "./SlotReport";

export type Enrolled = { slots: Array<SlotReport>, warnings: Array<string>, };
