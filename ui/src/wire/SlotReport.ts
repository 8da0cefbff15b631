import type { Rating } from "./Rating";

export type SlotReport = { kind: string, rating: Rating, words: string, };
