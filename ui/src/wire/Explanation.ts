import type { Attempt } from "./Attempt";
import type { Criterion } from "./Criterion";
import type { Decision } from "./Decision";
import type { FormKind } from "./FormKind";
import type { TemplateId } from "./TemplateId";
import type { Timestamp } from "./Timestamp";
import type { WindowId } from "./WindowId";

export type Explanation = { at: Timestamp, window: WindowId, title: string, program: string, toolkit: string | null, template: TemplateId | null, form: FormKind | null, logon: string | null, criteria: Array<Criterion>, decision: Decision, attempt: Attempt | null, warnings: Array<string>, };
