import type { ControlToken } from "./ControlToken";
import type { DeviceId } from "./DeviceId";
import type { FieldName } from "./FieldName";
import type { LogonId } from "./LogonId";
import type { Losses } from "./Losses";
import type { PasswordVerdict } from "./PasswordVerdict";
import type { PlainField } from "./PlainField";
import type { PrimaryMethod } from "./PrimaryMethod";
import type { Removed } from "./Removed";
import type { Show } from "./Show";
import type { TemplateId } from "./TemplateId";
import type { WindowId } from "./WindowId";

export type Request = "status" | "doctor" | "doctor-directory" | "exits"
  | { "why": { window: WindowId | null, limit: number | null, } }
  | { "settings": { name: string | null, } }
  | { "policy": { template: TemplateId | null, } }
  | { "pause": { seconds: number, } }
  | "resume" | "enroll-terms" | "enroll" | "start-over-terms" | "start-over"
  | { "enroll-as": { primary: PrimaryMethod | null, unseen: boolean, } }
  | "primary"
  | { "primary-change": { to: PrimaryMethod, } }
  | "unlock-terms" | "unlock" | "unlock-with-passphrase" | "unlock-silently"
  | { "slot-add": { kind: string, agreed: boolean, } }
  | { "slot-remove": { kind: string, } }
  | "recover-terms"
  | { "recover-setup": { passphrase: boolean, } }
  | { "recover": { printed: boolean, } }
  | { "recover-drill": { printed: boolean, } }
  | "lock" | "templates" | "logon-list"
  | { "logon-add": { template: TemplateId, label: string, plain: Array<PlainField>, secret_fields: Array<FieldName>, } }
  | { "logon-edit": { id: LogonId, label: string | null, plain: Array<PlainField>, secret_fields: Array<FieldName>, } }
  | { "logon-rebind": { id: LogonId, } }
  | { "logon-remove": { id: LogonId, } }
  | { "logon-reveal": { id: LogonId, field: FieldName, } }
  | { "password-change": { id: LogonId, own: boolean, } }
  | { "password-status": { id: LogonId | null, } }
  | { "password-reveal": { id: LogonId, number: number, } }
  | { "password-settle": { id: LogonId, verdict: PasswordVerdict, } }
  | { "logon-fill": { id: LogonId | null, window: WindowId | null, proven?: boolean, } }
  | { "prompts": { seen: number, seconds: number, } }
  | { "prompt-dismiss": { window: WindowId, } }
  | { "logon-capture": { window: WindowId, label: string, plain: Array<PlainField>, secret_fields: Array<FieldName>, } }
  | "exclusions"
  | { "exclude": { template: TemplateId, } }
  | { "include": { template: TemplateId, } }
  | "refresh" | "syncing" | "directory-login"
  | { "template-explain": { place: string, text: string, } }
  | { "window-report": { window: WindowId, } }
  | { "window-pick": { seconds: number, } }
  | { "template-record": { window: WindowId, id: TemplateId | null, name: string | null, named: { [key in string]?: ControlToken }, show: Show, } }
  | { "template-adopt": { window: WindowId, text: string, } }
  | "windows"
  | { "audit": { limit: number | null, } }
  | "organisation"
  | { "organisation-pin": { words: string, } }
  | "store-verify"
  | { "store-export": { folder: string, } }
  | { "store-import": { folder: string, removed: Removed, } }
  | { "store-repair": { losses: Losses, } }
  | "device-list" | "device-join" | "device-joined" | "device-approve"
  | { "device-revoke": { id: DeviceId, } };
