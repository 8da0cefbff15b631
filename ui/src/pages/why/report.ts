/** Decisions as a text that may be handed to somebody else. */

import type { Explanation } from "../../wire/Explanation";

const HOME = /^\/home\/[^/]+/u;

/** A path without the name of the user in it. */
function anonymous(path: string): string {
  return path.replace(HOME, "~");
}

/**
 * What was decided, with nothing in it that belongs to the user: no titles, no names of logons, no texts found in the window, no name
 * of his folder.
 */
export function redacted(explanations: readonly Explanation[]): string {
  return explanations
    .map((explanation) => {
      const { at, window, program, toolkit, template, form, decision, criteria, attempt, warnings } = explanation;
      const decided = typeof decision === "string" ? decision : Object.keys(decision)[0];
      const lines = [
        `${new Date(at).toISOString()} window 0x${window.toString(16)} ${anonymous(program)}${toolkit === null ? "" : ` (${toolkit})`}`,
        `  template ${template ?? "-"} form ${form ?? "-"} decision ${decided}`,
        ...criteria.map((criterion) => `  ${criterion.verdict} ${criterion.what}${told(criterion.what) ? `: wanted ${anonymous(criterion.wanted)}, found ${anonymous(criterion.found)}` : ""}`),
      ];
      if (attempt !== null) lines.push(`  ${attempt.method} filled ${attempt.timing.filled_us ?? "-"} µs submitted ${attempt.timing.submitted_us ?? "-"} µs`);
      return [...lines, ...warnings.map((warning) => `  warning: ${anonymous(warning)}`)].join("\n");
    })
    .join("\n\n");
}

/** Whether what was found under a criterion may be told: programs and classes may, titles and texts may not. */
function told(what: string): boolean {
  return ["executable", "class", "instance", "script", "package", "owner"].includes(what.split(" ")[0] ?? "");
}
