export type RecoverTerms = { words: string, people: number, needs_printed: boolean, question: string, };
