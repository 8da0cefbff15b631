export type IdentityProblem = "no-process" | { "unreadable": number } | { "remote": string } | { "ended": number };
