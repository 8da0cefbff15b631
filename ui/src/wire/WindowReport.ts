import type { Explanation } from "./Explanation";
import type { MethodReport } from "./MethodReport";
import type { WindowFacts } from "./WindowFacts";

export type WindowReport = { window: WindowFacts, methods: Array<MethodReport>, candidates: Array<Explanation>, };
