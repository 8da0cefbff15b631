import type { Method } from "./Method";
import type { Timing } from "./Timing";

export type Attempt = { method: Method, timing: Timing, };
