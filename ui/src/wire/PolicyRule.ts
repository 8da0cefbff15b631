export type PolicyRule = { rule: string, words: string, };
