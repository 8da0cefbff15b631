import type { ImportEntry } from "../../agent";
import type { IconName } from "../../components/Icon.svelte";

export type Fate = ImportEntry["fate"];

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

/** Whether everything of the file is in the vault once its additions are stored. */
export function isWhole(entries: readonly ImportEntry[], leftOut: readonly string[]): boolean {
  return leftOut.length === 0 && entries.every(({ fate }) => fate === "added" || fate === "stored" || fate === "twice");
}
