export type JoinWords = { words: string, };
