export type Publisher = { "signed": { organisation: string, name: string, } } | "package" | "unsigned" | "unsigned-elsewhere";
