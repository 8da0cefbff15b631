export type RecordId = string;
