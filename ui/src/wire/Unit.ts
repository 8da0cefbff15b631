export type Unit = string;
