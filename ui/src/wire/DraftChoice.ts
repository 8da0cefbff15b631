export type DraftChoice = { what: string, control: string, selector: string, stability: number, why: string, };
