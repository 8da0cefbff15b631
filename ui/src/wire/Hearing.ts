export type Hearing = "off" | { "by": { sources: Array<string>, lacks: string | null, } } | { "missing": { why: string, next: string, } };
