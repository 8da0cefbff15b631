import type { Explanation } from "../../wire/Explanation";
import type { LogonSummary } from "../../wire/LogonSummary";

/** Why a logon is refused because of its program: what it was saved for, and what asked for it last. `null`: it is not. */
export function refusedFor(logon: LogonSummary, decisions: readonly Explanation[]): { saved: string; live: string } | null {
  const about = decisions.filter(({ template, logon: label, at }) => template === logon.template && (label === null || label === logon.label) && at > logon.changed);
  for (const { decision } of about.toSorted((a, b) => b.at - a.at)) {
    if (typeof decision === "object" && "binding-changed" in decision) return decision["binding-changed"];
    // It was filled since: the program is the right one again.
    if (typeof decision === "object" && "responded" in decision && decision.responded === "done") return null;
  }
  return null;
}
