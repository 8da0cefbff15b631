import type { FieldName } from "./FieldName";

export type PlainField = { name: FieldName, value: string, };
