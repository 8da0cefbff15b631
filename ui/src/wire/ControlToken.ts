export type ControlToken = string;
