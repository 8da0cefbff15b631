//! What templates and settings mean: parse, lint, match, explain.
