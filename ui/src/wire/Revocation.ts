export type Revocation = "done" | { "queued": string };
