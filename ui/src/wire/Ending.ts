export type Ending = "replaced" | "refused" | "abandoned";
