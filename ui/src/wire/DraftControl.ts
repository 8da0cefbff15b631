import type { ControlToken } from "./ControlToken";

export type DraftControl = { token: ControlToken, control: string, what: string | null, };
