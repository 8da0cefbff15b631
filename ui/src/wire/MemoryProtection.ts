export type MemoryProtection = "locked" | "swappable";
