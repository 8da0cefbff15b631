import type { JournalFacts } from "./JournalFacts";
import type { LogonId } from "./LogonId";
import type { TemplateId } from "./TemplateId";
import type { Timestamp } from "./Timestamp";

export type PasswordReport = { logon: LogonId, label: string, template: TemplateId, application: string | null, journal: JournalFacts, expires: Timestamp | null, grace_left: number | null, group: string | null, };
