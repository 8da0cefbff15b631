import type { PasswordReport } from "../../wire/PasswordReport";

/** How a password stands: what is most urgent of it. */
export type Standing = "unsure" | "sent" | "expired" | "due" | "made" | "still";

/** So long before it expires a password is due. */
const DUE_MS = 14 * 86_400_000;

export function standing(report: PasswordReport, now: number): Standing {
  const stage = report.journal.pending?.[1];
  if (stage === "unsure") return "unsure";
  if (typeof stage === "object") return "sent";
  if (report.expires !== null && report.expires <= now) return "expired";
  if (stage === "made") return "made";
  if (report.expires !== null && report.expires - now < DUE_MS) return "due";
  return "still";
}

const URGENCY: Standing[] = ["unsure", "expired", "sent", "due", "made", "still"];

/** What needs the user first. */
export function byUrgency(reports: readonly PasswordReport[], now: number): PasswordReport[] {
  const rank = (report: PasswordReport): number => URGENCY.indexOf(standing(report, now));
  return [...reports].sort((a, b) => rank(a) - rank(b) || a.label.localeCompare(b.label));
}
