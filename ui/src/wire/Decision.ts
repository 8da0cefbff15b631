import type { Outcome } from "./Outcome";
import type { TemplateId } from "./TemplateId";

export type Decision = "no-match" | "locked" | "paused" | "manual" | "excluded" | "reauthenticate" | "awaits-focus" | "no-logon" | { "ambiguous": Array<string> } | { "tied": Array<TemplateId> } | { "binding-changed": { saved: string, live: string, } } | { "responded": Outcome } | { "logon-failed": string } | { "logon-succeeded": string } | "change-asked" | { "password-unsure": string } | { "password-expired": string } | { "change-failed": string } | { "change-succeeded": string } | "ignored" | { "loop-stopped": { fills: number, } } | { "unreadable": string };
