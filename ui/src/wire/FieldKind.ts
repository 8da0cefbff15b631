export type FieldKind = "plain" | "secret";
