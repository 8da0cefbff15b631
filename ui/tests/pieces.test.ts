// The parts that need no page.

import { expect, test } from "vitest";
import { Draft } from "../src/logon/draft.svelte";
import { isTooLong, MOST_BYTES } from "../src/limit";
import { glyphs } from "../src/pages/reveal/glyphs";
import { redacted } from "../src/pages/why/report";
import { found, rowsOf, sorted } from "../src/pages/logons/search";
import { byUrgency, standing } from "../src/pages/password/standing";
import { judge } from "../src/strength";
import { DECISIONS, LOGONS, NOW, PASSWORDS, TEMPLATES } from "./fake/model";

test("search finds every word, whatever its capitals and accents", () => {
  const rows = rowsOf([...LOGONS, { ...LOGONS[0]!, id: "f".repeat(32), label: "José Müller" }], TEMPLATES);
  const labels = (search: string): string[] => found(rows, search).map((row) => row.logon.label);
  expect(labels("jose MULLER")).toEqual(["José Müller"]);
  expect(labels("anna filezilla")).toEqual([LOGONS[1]?.label, LOGONS[2]?.label]);
  expect(labels("erp payroll")).toEqual(["Payroll"]);
  expect(labels("  ")).toHaveLength(rows.length);
  expect(labels("nowhere")).toEqual([]);
});

test("logons are sorted by name, by their last change and by application", () => {
  const rows = rowsOf(LOGONS, TEMPLATES);
  expect(sorted(rows, "name")[0]?.logon.label).toBe("Buchhaltung");
  expect(sorted(rows, "recent").map((row) => row.logon.changed)).toEqual(LOGONS.map((logon) => logon.changed));
  expect(sorted(rows, "application").map((row) => row.logon.application ?? row.logon.template)[0]).toBe("FileZilla");
});

test("a field takes 4 KiB and not a byte more", () => {
  expect(isTooLong("a".repeat(MOST_BYTES))).toBe(false);
  expect(isTooLong("a".repeat(MOST_BYTES + 1))).toBe(true);
  expect(isTooLong("é".repeat(MOST_BYTES / 2 + 1))).toBe(true);
});

// The same as in `crates/rules/src/answer.rs`, which has the last word.
test.each([
  ["  otter  lantern quartz   violin ", true],
  ["", false],
  ["short", false],
  ["a                       b", false],
  ["aaaaaaaaaaaaaaaaaaaaaa", false],
  ["qwertyuiopasdfghjkl", false],
  ["passwordpassword", false],
])("the passphrase %j is enough: %s", async (text, enough) => {
  expect((await judge(text, 16, 3)).enough).toBe(enough);
});

test("the characters of a secret are told apart", () => {
  expect(glyphs("aÉ4 &👍🏽").map(({ text, kind }) => `${text}${kind}`)).toEqual(["aletter", "Életter", "4digit", "␣other", "&other", "👍🏽other"]);
});

test("a report that is handed on names no title, no logon and no home", () => {
  const report = redacted(DECISIONS);
  expect(report).toContain("decision binding-changed");
  expect(report).toContain("wanted /opt/ledger/bin/ledger, found ~/ledger/bin/ledger");
  for (const own of ["Site Manager", "Kundenserver", "חשבון", "/home/anna"]) expect(report).not.toContain(own);
});

test("what needs the user comes first", () => {
  const ordered = byUrgency(PASSWORDS, NOW).map((report) => standing(report, NOW));
  expect(ordered).toEqual(["unsure", "expired", "sent", "due", "made", "still"]);
});

test("an edit sends what is new, and keeps what is left empty", () => {
  const stored = LOGONS[0]!;
  const draft = new Draft(TEMPLATES[0]!.fields, stored);
  draft.values["client"] = "200";
  expect(draft.isTouched).toBe(true);
  expect(draft.isWhole).toBe(true);
  expect(draft.given()).toEqual({ plain: [{ name: "client", value: "200" }], secret_fields: [], secrets: [] });
  draft.values["password"] = "new";
  expect(draft.given()).toMatchObject({ secret_fields: ["password"], secrets: ["new"] });
  draft.forget();
  expect(draft.given().secrets).toEqual([]);
  draft.values["client"] = "2000";
  expect(draft.isWhole).toBe(false);
});
