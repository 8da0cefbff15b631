/** What was decided about a window, in words. */

import { t } from "./language";
import type { Explanation } from "./wire/Explanation";
import type { Outcome } from "./wire/Outcome";
import type { Refusal } from "./wire/Refusal";

export type Words = {
  mood: "good" | "warn" | "bad" | "plain";
  sentence: string;
  /** What to do about it; empty: nothing. */
  next: string;
};

function refused(refusal: Refusal): string {
  if (typeof refusal === "string") return t(`refusal-${refusal}`);
  const [kind, what] = Object.entries(refusal)[0] ?? ["", ""];
  return t(`refusal-${kind}`, { what });
}

function responded(outcome: Outcome, explanation: Explanation): Words {
  const { logon } = explanation;
  if (outcome === "done") {
    const sentence = logon === null ? t("decision-filled") : t("decision-filled-with", { logon });
    return { mood: "good", sentence: explanation.form === "message" ? t("decision-answered") : sentence, next: "" };
  }
  if ("refused" in outcome) return { mood: "bad", sentence: t("decision-refused"), next: refused(outcome.refused) };
  return { mood: "bad", sentence: t("decision-interrupted"), next: refused(outcome.interrupted) };
}

const MOODS: Record<string, Words["mood"]> = {
  "no-match": "plain",
  excluded: "plain",
  ignored: "plain",
  tied: "bad",
  "binding-changed": "bad",
  "logon-failed": "bad",
  "password-unsure": "bad",
  "password-expired": "bad",
  "change-failed": "bad",
  "loop-stopped": "bad",
  unreadable: "bad",
  "logon-succeeded": "good",
  "change-succeeded": "good",
};

/** The decisions after which there is something to do. */
const NEXT = new Set([
  "no-match",
  "locked",
  "paused",
  "manual",
  "excluded",
  "reauthenticate",
  "awaits-focus",
  "no-logon",
  "ambiguous",
  "tied",
  "binding-changed",
  "logon-failed",
  "change-asked",
  "password-unsure",
  "password-expired",
  "loop-stopped",
]);

/** A decision in a sentence, and what to do about it in another. */
export function decisionWords(explanation: Explanation): Words {
  const { decision } = explanation;
  if (typeof decision === "object" && "responded" in decision) return responded(decision.responded, explanation);
  const [kind, held]: [string, unknown] =
    typeof decision === "string" ? [decision, null] : (Object.entries(decision)[0] ?? ["", null]);
  const values: Record<string, string | number> = { template: explanation.template ?? "", logon: explanation.logon ?? "" };
  if (typeof held === "string") values["what"] = held;
  else if (Array.isArray(held)) values["what"] = held.join(", ");
  else if (held !== null) Object.assign(values, held);
  return {
    mood: MOODS[kind] ?? "warn",
    sentence: t(`decision-${kind}`, values),
    next: NEXT.has(kind) ? t(`decision-${kind}-next`, values) : "",
  };
}
