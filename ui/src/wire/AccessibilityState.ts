export type AccessibilityState = "available" | { "missing": string };
