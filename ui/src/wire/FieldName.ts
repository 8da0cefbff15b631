export type FieldName = string;
