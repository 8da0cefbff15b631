import type { Problem } from "./Problem";

export type RefreshReport = { templates: number, pulled: number, pushed: number, problems: Array<Problem>, };
