import type { IdentityProblem } from "./IdentityProblem";
import type { ProcessIdentity } from "./ProcessIdentity";
import type { Stance } from "./Stance";
import type { WindowId } from "./WindowId";

export type WindowFacts = { id: WindowId, process: { Ok : ProcessIdentity } | { Err : IdentityProblem }, title: string, class: string, instance: string, stance?: Stance, };
