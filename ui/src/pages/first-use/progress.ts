/** Where first-time use was left. Nothing secret: only which step it was. */

const KEY = "countersign-first-use";

/** The steps, in their order. */
export const STEPS = ["you", "unlocking", "passphrase", "code", "check"] as const;
export type Step = (typeof STEPS)[number];

/** Keeps the step for the next time the page is opened; none: it is done. */
export function keep(step: Step | null): void {
  if (step === null) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, step);
}

/**
 * Where to go on. What is typed before the vault is made is kept nowhere, so that everything before it begins anew; what comes after it
 * goes on where it was left.
 */
export function resumed(isEnrolled: boolean): Step {
  if (!isEnrolled) return "you";
  return localStorage.getItem(KEY) === "check" ? "check" : "code";
}
