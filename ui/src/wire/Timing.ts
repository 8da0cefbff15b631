export type Timing = { filled_us: number | null, submitted_us: number | null, };
