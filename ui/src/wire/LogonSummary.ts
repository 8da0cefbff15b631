import type { Binding } from "./Binding";
import type { FieldName } from "./FieldName";
import type { LogonId } from "./LogonId";
import type { PlainField } from "./PlainField";
import type { TemplateId } from "./TemplateId";
import type { Timestamp } from "./Timestamp";

export type LogonSummary = { id: LogonId, template: TemplateId, application: string | null, label: string, plain: Array<PlainField>, secret_fields: Array<FieldName>, binding: Binding, changed: Timestamp, };
