/** What the fake agent knows at its start. Names with markup and of both directions are among it on purpose. */

import type { ImportEntry } from "../../src/agent";
import type { AuditTold } from "../../src/wire/AuditTold";
import type { Check } from "../../src/wire/Check";
import type { DeviceReport } from "../../src/wire/DeviceReport";
import type { Draft } from "../../src/wire/Draft";
import type { Explanation } from "../../src/wire/Explanation";
import type { LogonSummary } from "../../src/wire/LogonSummary";
import type { OrganisationReport } from "../../src/wire/OrganisationReport";
import type { PasswordReport } from "../../src/wire/PasswordReport";
import type { Person } from "../../src/wire/Person";
import type { PlanReport } from "../../src/wire/PlanReport";
import type { PolicyReport } from "../../src/wire/PolicyReport";
import type { Prompt } from "../../src/wire/Prompt";
import type { SettingReport } from "../../src/wire/SettingReport";
import type { SlotReport } from "../../src/wire/SlotReport";
import type { Status } from "../../src/wire/Status";
import type { TemplateField } from "../../src/wire/TemplateField";
import type { TemplateSummary } from "../../src/wire/TemplateSummary";
import type { WindowFacts } from "../../src/wire/WindowFacts";
import type { WindowReport } from "../../src/wire/WindowReport";

/** The moment at which the fake's clock stands. */
export const NOW = Date.UTC(2026, 10, 23, 9, 30);
const MINUTE = 60_000;
const DAY = 86_400_000;

export const id = (number: number): string => number.toString(16).padStart(32, "0");

const field = (name: string, more: Partial<TemplateField> = {}): TemplateField => ({
  name,
  kind: name === "username" ? "plain" : "secret",
  label: null,
  mask: name !== "username",
  required: true,
  default: null,
  max_length: null,
  totp: false,
  ...more,
});

const template = (id: string, name: string, more: Partial<TemplateSummary> = {}): TemplateSummary => ({
  id,
  name,
  executables: [],
  publisher: { signed: { organisation: "Example AG", name: "desktop" } },
  place: "ou=Sales,ou=Countersign,dc=example,dc=org",
  fields: [field("username"), field("password")],
  in_use: true,
  description: null,
  revision: 3,
  notes: null,
  icon: null,
  group: null,
  policy: "company",
  multiple: true,
  bulk_add: false,
  may_exclude: true,
  ...more,
});

export const TEMPLATES: TemplateSummary[] = [
  template("com.sap.gui", "SAP Logon", {
    group: "erp",
    bulk_add: true,
    description: "The company’s accounting.",
    fields: [
      field("client", { kind: "plain", mask: false, label: "Client", default: "100", max_length: 3 }),
      field("username"),
      field("password", { max_length: 40 }),
    ],
  }),
  template("org.filezilla.FileZilla", "FileZilla", { publisher: "package", place: "/usr/share/countersign/templates/filezilla.toml" }),
  template("org.example.Payroll", "Payroll <b>Plus</b>", { group: "erp", bulk_add: true }),
  template("own.terminal.vpn", "VPN in the terminal", { publisher: "unsigned", multiple: false, fields: [field("password"), field("code", { totp: true, required: false, label: "Second factor" })] }),
];

const logon = (number: number, template: string, label: string, user: string, ago: number): LogonSummary => {
  const known = TEMPLATES.find(({ id }) => id === template);
  return {
    id: id(number),
    template,
    application: known?.name ?? null,
    label,
    plain: user === "" ? [] : [{ name: "username", value: user }],
    secret_fields: ["password"],
    binding: { publisher: known?.publisher ?? "unsigned-elsewhere", executable: number % 3 === 0 ? null : "/usr/bin/filezilla" },
    changed: NOW - ago,
  };
};

export const LOGONS: LogonSummary[] = [
  logon(1, "com.sap.gui", "Buchhaltung", "anna.berger", 4 * MINUTE),
  logon(2, "org.filezilla.FileZilla", "Kundenserver <script>alert(1)</script>", "anna", 2 * DAY),
  logon(3, "org.filezilla.FileZilla", "חשבון ראשי", "anna2", 12 * DAY),
  logon(4, "org.example.Payroll", "Payroll", "berger", 40 * DAY),
  logon(5, "own.terminal.vpn", "VPN", "", 90 * DAY),
  logon(6, "net.oldapp.Ledger", "Old ledger", "aberger", 400 * DAY),
];

/** So many logons, for the figures of the search. */
export function manyLogons(count: number): LogonSummary[] {
  const words = ["north", "harbour", "payroll", "ledger", "stock", "travel", "ticket", "mail", "build", "archive"];
  return Array.from({ length: count }, (_, number) => {
    const known = TEMPLATES[number % TEMPLATES.length]?.id ?? "";
    const label = `${words[number % 10]} ${words[(number * 7 + 3) % 10]} ${number}`;
    return { ...logon(number + 1, known, label, `user${number}`, number * MINUTE) };
  });
}

export const SLOTS: SlotReport[] = [
  { kind: "login", rating: "strong", words: "Your password together with this machine’s secret. Whoever has only one of the two opens nothing." },
  { kind: "passphrase", rating: "fair", words: "Your answer. A directory administrator can try answers, and is slowed by each." },
  { kind: "recovery", rating: "strong", words: "Two halves, neither of which does alone." },
];

export const DEVICES: DeviceReport[] = [
  { id: id(0xa1), name: "desk-17", joined: NOW - 120 * DAY, this: true, state: "listed" },
  { id: id(0xb2), name: "laptop-anna", joined: NOW - 30 * DAY, this: false, state: "listed" },
  { id: id(0xc3), name: "", joined: null, this: false, state: "keyless" },
];

export const STATUS: Status = {
  version: "0.9.0",
  pid: 4711,
  vault: "unlocked",
  user: "anna.berger",
  device: id(0xa1),
  slots: SLOTS,
  devices: DEVICES,
  logons: LOGONS.length,
  logons_version: 1,
  templates: { signed: 2, package: 1, unsigned: 1 },
  problems: [
    {
      place: "ou=Sales/template org.example.Travel",
      line: 14,
      column: 9,
      severity: "error",
      message: "unknown role `passwordtext`",
      help: "did you mean `password-text`?",
    },
    { place: "/etc/countersign/settings.toml", line: 3, column: 1, severity: "warning", message: "`lock.idle` is no setting", help: null },
  ],
  repository: { place: "ldaps://directory.example.org/dc=example,dc=org", health: "reachable", synced: NOW - 4 * MINUTE, next_try: null, waiting: 2 },
  paused_until: null,
  paused_until_unlocked: false,
  paused_applications: [],
  desktop: { display: { watching: ":0" }, accessibility: "available" },
  locks_on: { session_lock: { by: { sources: ["logind"], lacks: null } }, suspend: { by: { sources: ["logind"], lacks: null } }, idle: "off" },
  locked_by: null,
  protection: "locked",
};

export const ORGANISATION: OrganisationReport = {
  pinned: "user",
  words: "amber canyon frost little ocean violin",
  name: "Example AG",
  version: 12,
  expires: NOW + 200 * DAY,
  stale: false,
  rings: ["helpdesk"],
  published: true,
  problem: null,
  units: [
    { unit: "", publisher: "desktop", number: 41, expires: NOW + 60 * DAY, stale: false, templates: 118, policies: 3, overrides: 6, missing: 0 },
    { unit: "Sales/Berlin", publisher: "sales-it", number: 7, expires: NOW - DAY, stale: true, templates: 9, policies: 0, overrides: 1, missing: 1 },
  ],
  groups: ["sales", "berlin"],
  faults: [],
};

export const SETTINGS: SettingReport[] = [
  { name: "fill.automatic", value: true, layer: "built-in", place: null, default: "true", doc: "Whether forms are filled by themselves." },
  { name: "lock.idle_minutes", value: 10, layer: "directory", place: "ou=Sales/override desk", default: "15", doc: "Minutes without keyboard or pointer until the vault is locked; 0 is never." },
  { name: "passphrase.min_length", value: 16, layer: "root", place: "the root’s list, version 12", default: "16", doc: "The shortest passphrase answer." },
  { name: "passphrase.min_strength", value: 3, layer: "built-in", place: null, default: "3", doc: "The weakest passphrase answer that is accepted, by zxcvbn's score from 0 to 4." },
  { name: "passphrase.question", value: "Which sentence would only you write?", layer: "machine", place: "/etc/countersign/settings.toml", default: "\"Which sentence would only you write?\"", doc: "The question the passphrase answers." },
  { name: "repository.path", value: "", layer: "user", place: "~/.config/countersign/settings.toml", default: "", doc: "The folder of the repository." },
  { name: "unlock.allow", value: ["os-protection", "silent"], layer: "root", place: "the root’s list, version 12", default: "[]", doc: "The ways in that are off unless they are named here." },
  { name: "unlock.forbid", value: [], layer: "built-in", place: null, default: "[]", doc: "The ways in that nobody may have." },
];

export const CHECKS: Check[] = [
  { name: "vault", result: "good", found: "unlocked, 6 logons", next: null },
  { name: "display", result: "good", found: "watching :0", next: null },
  { name: "accessibility", result: "bad", found: "the bus does not answer", next: "install at-spi2-core and log on again" },
  { name: "suspend", result: "warning", found: "logind is not there", next: "lock by hand before the machine sleeps" },
];

export const POLICY: PolicyReport = {
  id: "company",
  name: "Company passwords",
  description: null,
  publisher: { signed: { organisation: "Example AG", name: "desktop" } },
  place: "ou=Countersign/policy company",
  named_by: { template: "com.sap.gui" },
  rules: [
    { rule: "length.min", words: "at least 14 characters" },
    { rule: "characters.digits", words: "at least 2 digits" },
    { rule: "history", words: "none of the last 5" },
  ],
};

const password = (number: number, journal: Partial<PasswordReport["journal"]>, more: Partial<PasswordReport> = {}): PasswordReport => {
  const logon = LOGONS[number - 1];
  return {
    logon: id(number),
    label: logon?.label ?? "",
    template: logon?.template ?? "",
    application: logon?.application ?? null,
    journal: { pending: null, former: [], since: NOW - 30 * DAY, grace: 0, ...journal },
    expires: null,
    grace_left: null,
    group: null,
    ...more,
  };
};

export const PASSWORDS: PasswordReport[] = [
  password(1, { former: [[NOW - 30 * DAY, "replaced"], [NOW - 31 * DAY, "refused"]] }, { expires: NOW + 6 * DAY, group: "erp" }),
  password(2, { pending: [NOW - 10 * MINUTE, { sent: { tried: "pending", refused: null } }] }),
  password(3, { pending: [NOW - 3 * DAY, "unsure"] }),
  password(4, { grace: 1 }, { expires: NOW - 2 * DAY, grace_left: 2 }),
  password(5, { pending: [NOW - DAY, "made"] }),
  password(6, {}),
];

const WINDOW = 0x1c00007;

export const PROMPTS: Record<"choice" | "change" | "logon", Prompt> = {
  choice: {
    window: WINDOW,
    title: "Site Manager — FileZilla <i>",
    template: "org.filezilla.FileZilla",
    application: "FileZilla",
    question: { choice: [{ id: id(2), label: LOGONS[1]?.label ?? "" }, { id: id(3), label: LOGONS[2]?.label ?? "" }] },
    may_exclude: true,
  },
  change: {
    window: WINDOW,
    title: "Change password",
    template: "com.sap.gui",
    application: "SAP Logon",
    question: { change: { id: id(1), label: "Buchhaltung" } },
    may_exclude: false,
  },
  logon: { window: WINDOW, title: "SAP Logon 770", template: "com.sap.gui", application: "SAP Logon", question: "logon", may_exclude: true },
};

const explanation = (more: Partial<Explanation>): Explanation => ({
  at: NOW - 2 * MINUTE,
  window: WINDOW,
  title: "Site Manager — FileZilla",
  program: "/usr/bin/filezilla",
  toolkit: "GTK 3.24",
  template: "org.filezilla.FileZilla",
  form: "logon",
  logon: "Kundenserver",
  criteria: [
    { what: "executable", wanted: "/usr/bin/filezilla", found: "/usr/bin/filezilla", verdict: "passed" },
    { what: "title", wanted: "*Site Manager*", found: "Site Manager — FileZilla", verdict: "passed" },
    { what: "bind password", wanted: "password-text, the first", found: "one", verdict: "passed" },
  ],
  decision: { responded: "done" },
  attempt: { method: "controls", timing: { filled_us: 4800, submitted_us: 5300 } },
  warnings: [],
  ...more,
});

export const FILLED = explanation({});

/** Oldest first, as the agent tells them. */
export const DECISIONS: Explanation[] = [
  explanation({
    at: NOW - 300 * MINUTE,
    title: "Ledger",
    program: "/home/anna/ledger/bin/ledger",
    template: "net.oldapp.Ledger",
    logon: null,
    decision: "no-match",
    attempt: null,
    criteria: [
      { what: "executable", wanted: "/opt/ledger/bin/ledger", found: "/home/anna/ledger/bin/ledger", verdict: "failed" },
      { what: "title", wanted: "Ledger*", found: "", verdict: "skipped" },
    ],
    warnings: ["the program may be replaced by anything you run"],
  }),
  explanation({ at: NOW - 200 * MINUTE, decision: { "binding-changed": { saved: "/usr/bin/filezilla", live: "/tmp/filezilla" } }, attempt: null }),
  explanation({ at: NOW - 100 * MINUTE, decision: { responded: { refused: "focus-moved" } }, attempt: null }),
  explanation({ at: NOW - 50 * MINUTE, decision: { ambiguous: ["Kundenserver", "חשבון ראשי"] }, attempt: null }),
  FILLED,
];

export const WINDOW_REPORT: WindowReport = {
  window: {
    id: WINDOW,
    process: { Ok: { pid: 99, started: 12345, parent: null, started_by: null, executable: "/usr/bin/filezilla", script: null, writable: "root-only" } },
    title: "Site Manager — FileZilla",
    class: "FileZilla",
    instance: "filezilla",
  },
  methods: [
    { method: "controls", works: true, why: "GTK 3.24 shows 31 controls" },
    { method: "keys", works: true, why: "the display takes keys" },
    { method: "terminal", works: false, why: "it is no terminal" },
  ],
  candidates: [explanation({ decision: "no-match", attempt: null, criteria: DECISIONS[0]?.criteria ?? [] })],
};

export const CODE = "amber canyon frost little ocean violin ticket marble sudden garage lantern zebra";

/** The windows on the screen. */
export const WINDOWS: WindowFacts[] = [
  WINDOW_REPORT.window,
  { id: 0x2a00003, process: { Ok: { pid: 101, started: 2, parent: null, started_by: null, executable: "/opt/ledger/bin/ledger", script: null, writable: "root-only" } }, title: "Ledger — <b>sign in</b>", class: "Ledger", instance: "ledger" },
  { id: 0x2c00001, process: { Err: "no-process" }, title: "", class: "XTerm", instance: "xterm" },
];

const LEDGER = `id = "opt.ledger"
name = "Ledger"

[[form]]
kind = "logon"
executable = "/opt/ledger/bin/ledger"
title = "Ledger*"

[form.bind]
username = { role = "text", label = "User" }
password = { role = "password-text" }
submit = { role = "push-button", label = "Sign in" }
`;

export const DRAFT: Draft = {
  id: "opt.ledger",
  kind: "logon",
  template: LEDGER,
  fixture: "",
  choices: [
    { what: "username", control: "text “User”", selector: 'role = "text", label = "User"', stability: 85, why: "named by its label" },
    { what: "password", control: "password text", selector: 'role = "password-text"', stability: 60, why: "the only one of its role" },
    { what: "submit", control: "push button “Sign in”", selector: 'role = "push-button", label = "Sign in"', stability: 35, why: "its label may be translated" },
  ],
  controls: [
    { token: ":1.5/a/1", control: "text “User”", what: "username" },
    { token: ":1.5/a/2", control: "password text", what: "password" },
    { token: ":1.5/a/3", control: "text “Client”", what: null },
    { token: ":1.5/a/4", control: "push button “Sign in”", what: "submit" },
    { token: ":1.5/a/5", control: "push button “Cancel”", what: null },
  ],
  notes: ["the title holds a number that may change"],
  tried: explanation({ decision: "manual", attempt: null, template: "opt.ledger", window: 0x2a00003 }),
};

/** A trial of a template: it fits the first window and no other. */
export const TRIED: Explanation[] = [
  explanation({ decision: "manual", attempt: null, logon: null, template: "opt.ledger", window: WINDOW }),
  explanation({ decision: "no-match", attempt: null, logon: null, template: "opt.ledger", window: 0x2a00003, title: "Ledger — <b>sign in</b>", program: "/opt/ledger/bin/ledger", criteria: DECISIONS[0]?.criteria ?? [] }),
];

const entry = (number: number, title: string, fate: ImportEntry["fate"], more: Partial<ImportEntry> = {}): ImportEntry => ({
  number,
  title,
  user_name: "anna.berger",
  site: null,
  fate,
  template: null,
  candidates: [],
  why: null,
  not_taken: [],
  ...more,
});

export const ENTRIES: ImportEntry[] = [
  entry(1, "Accounting", "added", { template: "com.sap.gui", not_taken: ["note"] }),
  entry(2, "FTP <b>customers</b>", "choice", { site: "ftp.example.org", candidates: ["org.filezilla.FileZilla", "org.example.Payroll"] }),
  entry(3, "", "no-template", { site: "https://intranet.example.org/a/very/long/path/that/goes/on", user_name: null }),
  entry(4, "Buchhaltung", "stored", { template: "com.sap.gui", why: "Buchhaltung" }),
  entry(5, "VPN", "taken", { template: "own.terminal.vpn", why: "VPN", user_name: null }),
  entry(8, "Old ledger", "unfit", { template: "net.oldapp.Ledger", why: "it has no user name" }),
  entry(6, "חשבון", "contradicts", { why: "1, 7" }),
  entry(7, "Accounting", "twice", { why: "1" }),
];

/** What wrote the file to import: a sealed one, and one that is not. */
export const FORMATS = { sealed: "KDBX 4", open: "Firefox (CSV)" };

export const LEFT_OUT = ["line 12: a card", "line 31: a note"];

export const PERSON: Person = {
  user: "carla.novak",
  vault: {
    version: 31,
    epoch: 2,
    machines: [
      { id: id(0xa1), name: "desk-22", joined: NOW - 120 * DAY },
      { id: id(0xc3), name: "", joined: NOW - 3 * DAY },
    ],
    slots: ["passphrase"],
    recovery: { serial: 4, people: 1 },
  },
};

/** What an operator reads out. */
export const HALF = "harbor island jungle kettle ladder magnet noble orchid";

export const HELPDESK_LOG: AuditTold = {
  entries: [
    { at: NOW - 3 * DAY, device: id(0), event: "refusal", subject: "carla.novak", detail: "the three words name another vault; ring desk-1, operator anna.berger" },
    { at: NOW - DAY, device: id(0), event: "helpdesk-recovery", subject: "carla.novak", detail: "half 4 for carla.novak; ring desk-1, operator anna.berger, reason: called back, ticket 4711" },
  ],
  count: 2,
  faults: [],
};

export const PLAN: PlanReport = {
  unit: "Sales/Berlin",
  replaces: 7,
  number: 8,
  digest: `${"5e".repeat(32)}-${"a7".repeat(32)}`,
  changes: [
    { kind: "template", id: "com.sap.gui", change: "changed", values: [{ at: "form.0.title", before: "SAP Logon*", after: "SAP Logon 8*" }, { at: "revision", before: "3", after: "4" }] },
    { kind: "template", id: "org.example.Travel", change: "created", values: [{ at: "name", before: null, after: "Travel <i>desk</i>" }] },
    { kind: "policy", id: "company", change: "changed", values: [{ at: "length.min", before: "12", after: "14" }] },
    { kind: "override", id: "desk", change: "deleted", values: [] },
  ],
  risks: ["the template com.sap.gui is used by 1,200 logons and asks for another title"],
  group: "berlin",
  members: 240,
  confirm: true,
  ldif: "dn: cn=company,ou=Berlin,ou=Sales,dc=example,dc=org\nchangetype: modify\nreplace: csBody\n",
  undo: "dn: cn=desk,ou=Berlin,ou=Sales,dc=example,dc=org\nchangetype: add\n",
};
