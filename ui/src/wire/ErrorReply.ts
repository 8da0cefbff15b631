import type { ErrorCode } from "./ErrorCode";

export type ErrorReply = { code: ErrorCode, message: string, next: string | null, retry_after_ms?: number | null, };
