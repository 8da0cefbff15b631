import type { Search } from "./Search";

export type Stage = "made" | { "sent": Search } | "unsure";
