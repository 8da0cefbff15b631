import type { AuditTold } from "./AuditTold";
import type { Check } from "./Check";
import type { DeviceReport } from "./DeviceReport";
import type { Draft } from "./Draft";
import type { EnrollTerms } from "./EnrollTerms";
import type { Enrolled } from "./Enrolled";
import type { ErrorReply } from "./ErrorReply";
import type { ExitReport } from "./ExitReport";
import type { Explanation } from "./Explanation";
import type { JoinApproval } from "./JoinApproval";
import type { JoinWords } from "./JoinWords";
import type { LogonId } from "./LogonId";
import type { LogonSummary } from "./LogonSummary";
import type { OrganisationReport } from "./OrganisationReport";
import type { PasswordReport } from "./PasswordReport";
import type { PolicyReport } from "./PolicyReport";
import type { PrimaryReport } from "./PrimaryReport";
import type { Problem } from "./Problem";
import type { Prompts } from "./Prompts";
import type { RecoverTerms } from "./RecoverTerms";
import type { Recovered } from "./Recovered";
import type { RefreshReport } from "./RefreshReport";
import type { Revocation } from "./Revocation";
import type { SettingReport } from "./SettingReport";
import type { Status } from "./Status";
import type { StoreExported } from "./StoreExported";
import type { StoreImported } from "./StoreImported";
import type { StoreRepaired } from "./StoreRepaired";
import type { StoreVerified } from "./StoreVerified";
import type { SyncProgress } from "./SyncProgress";
import type { TemplateId } from "./TemplateId";
import type { TemplateSummary } from "./TemplateSummary";
import type { Timestamp } from "./Timestamp";
import type { UnlockTerms } from "./UnlockTerms";
import type { WindowFacts } from "./WindowFacts";
import type { WindowId } from "./WindowId";
import type { WindowReport } from "./WindowReport";

export type Reply = { "error": ErrorReply } | "done" | { "status": Status } | { "doctor": Array<Check> } | { "exits": Array<ExitReport> }
  | { "why": Array<Explanation> } | { "settings": Array<SettingReport> } | { "policy": PolicyReport } | { "paused": Timestamp }
  | { "enroll-terms": EnrollTerms } | { "enrolled": Enrolled } | { "primary": PrimaryReport } | { "unlock-terms": UnlockTerms }
  | { "recover-terms": RecoverTerms } | "recovery-printed" | { "recovered": Recovered } | { "templates": Array<TemplateSummary> }
  | { "logons": Array<LogonSummary> } | { "logon-saved": LogonId } | "revealed" | { "filled": Explanation } | { "prompts": Prompts }
  | { "exclusions": Array<TemplateId> } | { "refreshed": RefreshReport } | { "syncing": SyncProgress }
  | { "judged": { problems: Array<Problem>, explanations: Array<Explanation>, } } | { "window-report": WindowReport }
  | { "picked": WindowId | null } | { "drafted": Draft } | { "adopted": { id: TemplateId, file: string, } } | { "windows": Array<WindowFacts> }
  | { "audit": AuditTold } | { "organisation": OrganisationReport } | { "stores-verified": Array<StoreVerified> }
  | { "stores-exported": Array<StoreExported> } | { "stores-imported": Array<StoreImported> } | { "stores-repaired": Array<StoreRepaired> }
  | { "devices": Array<DeviceReport> } | { "joining": JoinWords } | { "device-approved": JoinApproval } | { "device-revoked": Revocation }
  | { "password-refused": ErrorReply } | { "password": PasswordReport } | { "passwords": Array<PasswordReport> };
