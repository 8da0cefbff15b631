export type Show = "nothing" | "frames";
