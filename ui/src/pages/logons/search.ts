import { fold } from "../../fold";
import type { LogonSummary } from "../../wire/LogonSummary";
import type { TemplateSummary } from "../../wire/TemplateSummary";

/** A logon as the list has it: what is shown, and what is searched. */
export type Row = {
  logon: LogonSummary;
  /** Its template; none: it is not in force. */
  template: TemplateSummary | null;
  /** Its plain fields, one after the other. */
  plain: string;
  folded: string;
};

export type Order = "name" | "recent" | "application";

const compare = new Intl.Collator(undefined, { sensitivity: "base", numeric: true }).compare;

/** The rows of the list, made once for each reading. */
export function rowsOf(logons: LogonSummary[], templates: TemplateSummary[]): Row[] {
  const known = new Map(templates.map((template) => [template.id, template]));
  return logons.map((logon) => {
    const template = known.get(logon.template) ?? null;
    const plain = logon.plain.map((field) => field.value).filter((value) => value !== "").join(", ");
    const searched = [logon.label, logon.application, logon.template, plain, template?.group];
    return { logon, template, plain, folded: fold(searched.filter(Boolean).join("\n")) };
  });
}

export function sorted(rows: readonly Row[], order: Order): Row[] {
  const name = (row: Row): string => row.logon.label;
  const application = (row: Row): string => row.logon.application ?? row.logon.template;
  const by: Record<Order, (a: Row, b: Row) => number> = {
    name: (a, b) => compare(name(a), name(b)),
    application: (a, b) => compare(application(a), application(b)) || compare(name(a), name(b)),
    recent: (a, b) => b.logon.changed - a.logon.changed,
  };
  return [...rows].sort(by[order]);
}

/** The rows in which every word stands. */
export function found(rows: readonly Row[], search: string): readonly Row[] {
  const words = fold(search).split(/\s+/u).filter((word) => word !== "");
  return words.length === 0 ? rows : rows.filter((row) => words.every((word) => row.folded.includes(word)));
}
