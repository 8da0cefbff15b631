export type Lineage = { pid: number, started: number, };
