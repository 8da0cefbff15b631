import type { Which } from "./Which";

export type Search = { tried: Which | null, refused: Which | null, };
