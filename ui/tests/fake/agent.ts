/** A small agent in memory, in the place of Tauri's side of the page. Test support: nothing of it is shipped. */

import type { ErrorReply } from "../../src/wire/ErrorReply";
import type { LogonSummary } from "../../src/wire/LogonSummary";
import type { RecordId } from "../../src/wire/RecordId";
import type { Reply } from "../../src/wire/Reply";
import type { Request } from "../../src/wire/Request";
import type { VaultState } from "../../src/wire/VaultState";
import * as known from "./model";

/** How things are when a page opens. */
export type Scene = {
  /** What the page was opened for. */
  argument?: string | null;
  vault?: VaultState;
  /** So many logons in the place of the usual ones. */
  logons?: number;
  prompt?: keyof typeof known.PROMPTS;
  offline?: boolean;
  /** The organisation waits to be pinned. */
  unpinned?: boolean;
  /** The agent does not run until it is started. */
  down?: boolean;
  /** The directory wants an operator's password. */
  directory?: boolean;
  /** The logon of the page is refused because of its program. */
  refused?: boolean;
  /** Filling wants a proof. */
  guarded?: boolean;
  /** The file to import is sealed. */
  sealed?: boolean;
  /** Nothing in the file to import is left. */
  whole?: boolean;
  /** The organisation has set what opens the vault. */
  set?: boolean;
  /** The languages of the user. */
  languages?: string[];
};

type Failure = Omit<ErrorReply, "code" | "next"> & { code: string; next: string | null };
type Told = Reply | { reply: Reply; secrets: string[] };

/** The user's password, and his passphrase. */
export const PASSWORD = "correct horse";
export const MADE = "kR7-vandal-9Q";
export const SECRET = "Tr0ub4dor&3 x";

const fail = (code: string, message: string, more: Partial<Failure> = {}): Failure => ({ code, message, next: null, ...more });

/** What the question before closing is addressed to. */
const HELD = "window";

/** The agent: what it holds, and what it was asked. */
export class FakeAgent {
  /** Requests and commands, in order, with how many secrets came with each. */
  asked: { command: string; request: Request | null; secrets: string[] }[] = [];
  opened: { page: string; argument: string | null }[] = [];
  closed = false;
  /** What was said to be lost with the file that was deleted. */
  lost: number | null = null;
  ready = 0;
  /** The next request fails like this, once. */
  failing: Failure | null = null;
  down: boolean;
  #scene: Scene;
  #vault: VaultState;
  #logons: LogonSummary[];
  #version = 1;
  #excluded: string[] = ["org.filezilla.FileZilla"];
  #paused: number | null = null;
  #pinned: boolean;
  #wrong = 0;
  #listeners: [event: string, listener: (event: unknown) => void][] = [];

  constructor(scene: Scene = {}) {
    this.#scene = scene;
    this.#vault = scene.vault ?? "unlocked";
    this.#logons = scene.logons === undefined ? [...known.LOGONS] : known.manyLogons(scene.logons);
    this.#pinned = !scene.unpinned;
    this.down = scene.down ?? false;
  }

  /** A logon is removed in another window. */
  remove(id: RecordId): void {
    this.#version += 1;
    this.#logons = this.#logons.filter((logon) => logon.id !== id);
  }

  /** Says that something changed. */
  change(): void {
    this.#tell("agent-changed", null);
  }

  /** The user closes the window by its title bar. */
  leave(): void {
    this.#tell("leave-asked", HELD);
  }

  #tell(event: string, payload: unknown): void {
    for (const [heard, listener] of this.#listeners) if (heard === event) listener({ event, id: 0, payload });
  }

  listen(event: string, listener: (event: unknown) => void): void {
    this.#listeners.push([event, listener]);
  }

  /** A command as the shell gets it. */
  async invoke(command: string, parameters: Record<string, unknown> = {}): Promise<unknown> {
    await Promise.resolve();
    switch (command) {
      case "page_argument":
        return this.#scene.argument ?? null;
      case "page_ready":
        this.ready += 1;
        return null;
      case "open_page":
        this.opened.push({ page: String(parameters["page"]), argument: (parameters["argument"] as string | undefined) ?? null });
        return null;
      case "close_page":
        this.closed = true;
        return null;
      case "hold_page":
        return HELD;
      case "import_close":
        this.asked.push({ command, request: null, secrets: [] });
        return null;
      case "choose_path":
        this.asked.push({ command, request: null, secrets: [] });
        return parameters["kind"] === "folder" ? "/srv/countersign/sales" : "/home/anna/export.csv";
      case "import_open":
      case "import_preview":
      case "import_store":
      case "import_delete":
        return this.#import(command, parameters);
      case "agent_start":
        if (this.#scene.down) this.down = false;
        return null;
    }
    const { request, secrets } = parameters as { request: Request; secrets: string[] };
    this.asked.push({ command, request, secrets });
    if (this.down) throw fail("not-running", "no agent answers at agent.sock");
    if (this.failing !== null) {
      const failing = this.failing;
      this.failing = null;
      throw failing;
    }
    const told = this.#answer(request, secrets);
    return typeof told === "object" && "reply" in told ? told : { reply: told, secrets: [] };
  }

  /** The file of logons that the shell holds. */
  #import(command: string, parameters: Record<string, unknown>): unknown {
    const secrets = (parameters["secrets"] as string[] | undefined) ?? [];
    this.asked.push({ command, request: null, secrets });
    if (this.failing !== null) {
      const failing = this.failing;
      this.failing = null;
      throw failing;
    }
    const { assigned = [], skipped = [] } = parameters as { assigned?: [number, string][]; skipped?: number[] };
    const of = new Map(assigned);
    const whole = known.ENTRIES.filter(({ fate }) => fate === "added" || fate === "twice").map((entry) => ({ ...entry, not_taken: [] }));
    const there = this.#scene.whole ? whole : known.ENTRIES;
    const entries = there.map((entry) => {
      if (skipped.includes(entry.number)) return { ...entry, fate: "skipped" as const };
      const template = of.get(entry.number);
      return template === undefined ? entry : { ...entry, fate: "added" as const, template };
    });
    switch (command) {
      case "import_open":
        if (this.#scene.sealed && secrets.length > 0) this.#prove(secrets[0]);
        return { format: this.#scene.sealed ? known.FORMATS.sealed : known.FORMATS.open, seal: this.#scene.sealed ? "password-or-key-file" : "none", open: !this.#scene.sealed || secrets.length > 0 };
      case "import_preview":
        return { entries, left_out: this.#scene.whole ? [] : known.LEFT_OUT };
      case "import_store":
        return entries.filter(({ fate }) => fate === "added").map(({ number, title }) => ({ number, title, id: known.id(0x2000 + number), error: null }));
      default:
        this.lost = parameters["lost"] as number;
        return null;
    }
  }

  #prove(password: string | undefined): void {
    if (password === PASSWORD) return;
    this.#wrong += 1;
    throw fail("wrong-secret", "that is not right", { next: "try again", retry_after_ms: this.#wrong > 1 ? 4000 : 1000 });
  }

  #open(): void {
    if (this.#vault === "unenrolled") throw fail("not-enrolled", "there is no vault on this machine yet");
    if (this.#vault === "locked") throw fail("locked", "the vault is locked", { next: "unlock it" });
  }

  #answer(request: Request, secrets: string[]): Told {
    return typeof request === "string" ? this.#plain(request, secrets) : this.#with(request, secrets);
  }

  #plain(request: Extract<Request, string>, secrets: string[]): Told {
    switch (request) {
      case "status":
        return {
          status: {
            ...known.STATUS,
            vault: this.#vault,
            logons_version: this.#version,
            paused_until: this.#paused,
            repository: this.#scene.offline
              ? { ...known.STATUS.repository, health: { unreachable: "directory.example.org: no route to host" }, next_try: known.NOW + 40_000 }
              : known.STATUS.repository,
          },
        };
      case "doctor":
      case "doctor-directory":
        return { doctor: known.CHECKS };
      case "resume":
        this.#paused = null;
        return "done";
      case "enroll-terms":
        return {
          "enroll-terms": {
            question: "Which sentence would only you write?",
            min_length: 16,
            min_strength: 3,
            slots: known.SLOTS,
            primary: { method: "os", choice: { picked: "it is what you type at the login screen" }, allowed: ["os", "directory", "own"] },
          },
        };
      case "primary":
        return { primary: this.#scene.set ? { method: "own", choice: "setting", allowed: ["own"] } : { method: "os", choice: "user", allowed: ["os", "own", "none"] } };
      case "unlock-terms":
        return { "unlock-terms": { vault: this.#vault, retry_after_ms: null, question: "Which sentence would only you write?", silent: false } };
      case "unlock":
        this.#prove(secrets[0]);
        this.#vault = "unlocked";
        return "done";
      case "unlock-with-passphrase":
        this.#vault = "unlocked";
        return "done";
      case "lock":
        this.#vault = "locked";
        return "done";
      case "recover-terms":
        return { "recover-terms": { words: "otter lantern quartz", people: 1, needs_printed: false, question: "Which sentence would only you write?" } };
      case "templates":
        return { templates: known.TEMPLATES };
      case "logon-list":
        this.#open();
        return { logons: this.#logons };
      case "exclusions":
        return { exclusions: this.#excluded };
      case "refresh":
        return { refreshed: { templates: 121, pulled: 3, pushed: 2, problems: [] } };
      case "syncing":
        return { syncing: { running: true, objects: 61, bytes: 812_345, of: 121, source: "directory.example.org" } };
      case "directory-login":
        this.#prove(secrets[0]);
        return "done";
      case "organisation":
        return { organisation: this.#pinned ? known.ORGANISATION : { ...known.ORGANISATION, pinned: null, words: null, name: null, rings: [], units: [] } };
      case "windows":
        return { windows: known.WINDOWS };
      case "operator-terms":
        return { "operator-terms": { user: "anna.berger", wants_password: this.#scene.directory ?? false } };
      case "device-list":
        return { devices: known.DEVICES };
      case "device-join":
        return { joining: { words: "bronze cactus drift ember falcon glacier" } };
      case "device-joined":
        this.#vault = "unlocked";
        return "done";
      case "device-approve":
        this.#prove(secrets[0]);
        return { "device-approved": { id: known.id(0xd4), name: "new-laptop", words: "harbor island jungle kettle ladder magnet" } };
      default:
        throw fail("bad-request", `the fake agent knows no ${request}`);
    }
  }

  #with(request: Exclude<Request, string>, secrets: string[]): Told {
    if ("why" in request) {
      const refused = known.DECISIONS.map((decision) => (this.#scene.refused && typeof decision.decision === "object" && "binding-changed" in decision.decision ? { ...decision, at: known.NOW, template: "com.sap.gui", logon: "Buchhaltung" } : decision));
      return { why: refused };
    }
    if ("settings" in request) return { settings: known.SETTINGS };
    if ("policy" in request) return { policy: known.POLICY };
    if ("pause" in request) {
      this.#paused = known.NOW + request.pause.seconds * 1000;
      return { paused: this.#paused };
    }
    if ("enroll-as" in request) {
      this.#vault = "unlocked";
      return { enrolled: { slots: known.SLOTS, warnings: [] } };
    }
    if ("primary-change" in request || "slot-add" in request || "slot-remove" in request) {
      this.#prove(secrets[0]);
      return "done";
    }
    if ("recover-setup" in request) {
      this.#prove(secrets[0]);
      return { reply: "recovery-printed", secrets: [known.CODE] };
    }
    if ("recover" in request) {
      this.#vault = "unlocked";
      return { reply: { recovered: { waiting: null } }, secrets: [known.CODE] };
    }
    if ("recover-drill" in request) return "done";
    if ("logon-add" in request) {
      this.#open();
      const { template, label, plain, secret_fields } = request["logon-add"];
      const id = known.id(0x1000 + this.#logons.length);
      const application = known.TEMPLATES.find((known) => known.id === template)?.name ?? null;
      this.#version += 1;
      this.#logons.push({ id, template, application, label: label || template, plain, secret_fields, binding: { publisher: "package", executable: null }, changed: known.NOW });
      return { "logon-saved": id };
    }
    if ("logon-edit" in request) return { "logon-saved": request["logon-edit"].id };
    if ("logon-remove" in request) {
      this.remove(request["logon-remove"].id);
      return "done";
    }
    if ("logon-copy" in request) {
      this.#prove(secrets[0]);
      return { copied: { seconds: 20 } };
    }
    if ("password-make" in request) return { reply: "revealed", secrets: [MADE] };
    if ("logon-rebind" in request) {
      this.#prove(secrets[0]);
      return { "logon-saved": request["logon-rebind"].id };
    }
    if ("template-record" in request) {
      const { named } = request["template-record"];
      const told = Object.entries(named);
      const controls = known.DRAFT.controls.map((control) => (told.length === 0 ? control : { ...control, what: told.find(([, token]) => token === control.token)?.[0] ?? null }));
      return { drafted: { ...known.DRAFT, controls } };
    }
    if ("template-explain" in request) return { judged: { problems: request["template-explain"].text.includes("passwordtext") ? known.STATUS.problems : [], explanations: known.TRIED } };
    if ("template-adopt" in request) return { adopted: { id: known.DRAFT.id, file: "~/.config/countersign/templates/opt.ledger.toml" } };
    if ("helpdesk-show" in request) {
      if (request["helpdesk-show"].password) this.#prove(secrets[0]);
      const { user } = request["helpdesk-show"];
      return { person: { ...known.PERSON, user, vault: user === "nobody" ? null : known.PERSON.vault } };
    }
    if ("helpdesk-recover" in request) {
      if (request["helpdesk-recover"].password) this.#prove(secrets[0]);
      return { reply: { "helpdesk-half": { user: known.PERSON.user, people: 1 } }, secrets: [known.HALF] };
    }
    if ("helpdesk-log" in request) return { audit: known.HELPDESK_LOG };
    if ("publish-plan" in request) {
      if (request["publish-plan"].password) this.#prove(secrets[0]);
      return { "publish-plan": { ...known.PLAN, unit: request["publish-plan"].unit } };
    }
    if ("publish-apply" in request) {
      if (request["publish-apply"].password) this.#prove(secrets[0]);
      return { published: { writes: known.PLAN.changes.length + 1 } };
    }
    if ("logon-reveal" in request || "password-reveal" in request) {
      this.#prove(secrets[0]);
      return { reply: "revealed", secrets: [SECRET] };
    }
    if ("password-status" in request) {
      const { id } = request["password-status"];
      return { passwords: known.PASSWORDS.filter(({ logon }) => id === null || logon === id) };
    }
    if ("password-change" in request || "password-settle" in request) {
      if ("password-change" in request && request["password-change"].own && (secrets[0] ?? "").length < 14) {
        return { reply: { "password-refused": { code: "refused", message: "the password has too few characters", next: null } }, secrets: ["At least 14, please."] };
      }
      const report = known.PASSWORDS[0];
      if (report === undefined) throw fail("no-match", "no such logon");
      return { password: report };
    }
    if ("logon-fill" in request && this.#scene.guarded && !request["logon-fill"].proven) return { filled: { ...known.FILLED, decision: "reauthenticate" } };
    if ("logon-fill" in request || "logon-capture" in request) return { filled: known.FILLED };
    if ("prompts" in request) {
      const prompt = this.#scene.prompt === undefined ? [] : [known.PROMPTS[this.#scene.prompt]];
      return { prompts: { version: 1, open: prompt } };
    }
    if ("prompt-dismiss" in request) return "done";
    if ("exclude" in request) {
      this.#excluded.push(request.exclude.template);
      return "done";
    }
    if ("include" in request) {
      this.#excluded = this.#excluded.filter((template) => template !== request.include.template);
      return "done";
    }
    if ("window-pick" in request) return { picked: known.PROMPTS.choice.window };
    if ("window-report" in request) return { "window-report": known.WINDOW_REPORT };
    if ("organisation-pin" in request) {
      this.#pinned = true;
      return { organisation: known.ORGANISATION };
    }
    if ("device-revoke" in request) {
      this.#prove(secrets[0]);
      return { "device-revoked": "done" };
    }
    throw fail("bad-request", `the fake agent knows no ${Object.keys(request)[0]}`);
  }
}

/** Puts a fake agent in the place of Tauri's side of a page. */
export function install(scene: Scene = {}): FakeAgent {
  const agent = new FakeAgent(scene);
  const callbacks = new Map<number, (event: unknown) => void>();
  let latest = 0;
  const internals = {
    transformCallback(callback: (event: unknown) => void): number {
      latest += 1;
      callbacks.set(latest, callback);
      return latest;
    },
    unregisterCallback(id: number): void {
      callbacks.delete(id);
    },
    async invoke(command: string, parameters: Record<string, unknown> = {}): Promise<unknown> {
      if (command === "plugin:event|listen") {
        const callback = callbacks.get(parameters["handler"] as number);
        if (callback !== undefined) agent.listen(String(parameters["event"]), callback);
        return parameters["handler"];
      }
      if (command === "plugin:event|unlisten") return null;
      return agent.invoke(command, parameters);
    },
  };
  Object.assign(window, { __TAURI_INTERNALS__: internals, __TAURI_EVENT_PLUGIN_INTERNALS__: { unregisterListener: () => undefined }, fakeAgent: agent });
  const { languages } = scene;
  if (languages !== undefined) Object.defineProperty(navigator, "languages", { configurable: true, get: () => languages });
  Date.now = () => known.NOW;
  return agent;
}
