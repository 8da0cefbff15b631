export type SyncProgress = { running: boolean, objects: number, bytes: number, of: number, source: string, };
