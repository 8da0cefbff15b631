export type Which = "current" | "pending";
