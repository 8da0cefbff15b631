export type RepositoryHealth = "reachable" | { "unreachable": string };
