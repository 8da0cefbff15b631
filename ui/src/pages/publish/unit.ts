import type { Unit } from "../../wire/Unit";

/** What is published, and where, as it was typed. */
export type Publication = {
  folder: string;
  unit: Unit;
  /** The group that reads it; none: the one called as the unit. */
  group: string | null;
};

/** How the root is written where an empty name could be a slip. */
export const ROOT = "/";

/** The unit that was typed. */
export function unitOf(typed: string): Unit {
  return typed.trim() === ROOT ? "" : typed.trim();
}

/** What has to be typed for a unit. */
export function typedFor(unit: Unit): string {
  return unit === "" ? ROOT : unit;
}
