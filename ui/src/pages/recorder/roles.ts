import type { ControlToken } from "../../wire/ControlToken";
import type { DraftControl } from "../../wire/DraftControl";

/** What a control can be for, in the order in which people look for it. */
export const ROLES = ["username", "password", "third", "fourth", "old", "new", "confirm", "submit"];

/** The roles that are offered: the usual ones, and those that a template has given names of its own. */
export function rolesOf(controls: readonly DraftControl[]): string[] {
  const own = controls.flatMap(({ what }) => (what === null || ROLES.includes(what) ? [] : [what]));
  return [...ROLES, ...new Set(own)];
}

/** What is said of all controls once one of them gets another role. Nobody else keeps the role it gets. */
export function renamed(controls: readonly DraftControl[], token: ControlToken, role: string): Record<string, ControlToken> {
  const others = controls.filter((control) => control.token !== token && control.what !== null && control.what !== role);
  const named = Object.fromEntries(others.map((control) => [control.what ?? "", control.token]));
  return role === "" ? named : { ...named, [role]: token };
}

/** What is said of all controls as they are. */
export function named(controls: readonly DraftControl[]): Record<string, ControlToken> {
  return Object.fromEntries(controls.flatMap(({ what, token }) => (what === null ? [] : [[what, token]])));
}
