import type { IconName } from "./components/Icon.svelte";
import { t } from "./language";
import type { Rating } from "./wire/Rating";

const KINDS = ["login", "passphrase", "device", "silent", "directory-key", "directory-identity", "os-protection", "program", "recovery"];

/** What people call a way to open the vault. */
export function slotName(kind: string): string {
  return KINDS.includes(kind) ? t(`slot-${kind}`) : kind;
}

/** What a rating looks like. */
export function ratingLook(rating: Rating): { icon: IconName; mood: "good" | "warn" | "bad" } {
  return ({
    strong: { icon: "good", mood: "good" },
    fair: { icon: "skipped", mood: "warn" },
    weak: { icon: "warning", mood: "bad" },
  } as const)[rating];
}
