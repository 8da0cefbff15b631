export type Rating = "weak" | "fair" | "strong";
