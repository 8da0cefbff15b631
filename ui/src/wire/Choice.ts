import type { LogonId } from "./LogonId";

export type Choice = { id: LogonId, label: string, };
