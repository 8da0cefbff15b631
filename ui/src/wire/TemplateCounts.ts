export type TemplateCounts = { signed: number, package: number, unsigned: number, };
