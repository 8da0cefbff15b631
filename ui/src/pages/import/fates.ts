import type { ImportEntry, ImportOutcome } from "../../agent";
import type { IconName } from "../../components/Icon.svelte";

export type Fate = ImportEntry["fate"];

/** What came of a file: its entries as they were looked at, what in it is no logon, and what was stored. */
export type Imported = { entries: ImportEntry[]; leftOut: string[]; outcomes: ImportOutcome[] };

/** How a fate looks. */
export const LOOKS: Record<Fate, { icon: IconName; mood: "plain" | "good" | "warn" }> = {
  added: { icon: "good", mood: "good" },
  stored: { icon: "lock", mood: "plain" },
  taken: { icon: "lock", mood: "warn" },
  twice: { icon: "skipped", mood: "plain" },
  contradicts: { icon: "warning", mood: "warn" },
  choice: { icon: "more", mood: "warn" },
  "no-template": { icon: "info", mood: "warn" },
  unfit: { icon: "warning", mood: "warn" },
  skipped: { icon: "skipped", mood: "plain" },
};

/** What the user can do something about comes first. */
export const FATES: Fate[] = ["choice", "contradicts", "unfit", "taken", "no-template", "added", "stored", "twice", "skipped"];

/** What people call an entry. */
export function nameOf(entry: ImportEntry): string {
  return entry.title.trim() === "" ? (entry.site ?? entry.user_name ?? "") : entry.title;
}

/** Whether nothing of it is lost with the file once it is added. What is stored already is not: nobody knows whether its password is the same. */
function isWhole({ fate, not_taken }: ImportEntry): boolean {
  return (fate === "added" || fate === "twice") && not_taken.length === 0;
}

/** The entries that are in the file alone after the import, whole or in part, and why. */
export function left({ entries, outcomes }: Imported): { entry: ImportEntry; why: "refused" | "not-taken" | Fate }[] {
  const refused = new Set(outcomes.filter(({ error }) => error !== null).map(({ number }) => number));
  return entries
    .filter((entry) => !isWhole(entry) || refused.has(entry.number))
    .map((entry) => ({ entry, why: refused.has(entry.number) ? "refused" : entry.fate === "added" || entry.fate === "twice" ? "not-taken" : entry.fate }));
}
