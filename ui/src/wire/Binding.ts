import type { Publisher } from "./Publisher";

export type Binding = { publisher: Publisher, executable: string | null, };
