export type Timestamp = number;
