import type { FieldKind } from "./FieldKind";
import type { FieldName } from "./FieldName";

export type TemplateField = { name: FieldName, kind: FieldKind, label: string | null, mask: boolean, required: boolean, default: string | null, max_length: number | null, totp: boolean, };
