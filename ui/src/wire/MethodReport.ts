export type MethodReport = { method: string, works: boolean, why: string, };
