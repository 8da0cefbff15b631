export type LogonId = string;
