export type Recovered = { waiting: string | null, };
