export type DisplayState = { "watching": string } | { "missing": string };
