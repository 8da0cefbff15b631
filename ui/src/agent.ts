/** The agent, as pages see it. The only file that knows Tauri. */

import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { ErrorCode } from "./wire/ErrorCode";
import type { ErrorReply } from "./wire/ErrorReply";
import type { RecordId } from "./wire/RecordId";
import type { Reply } from "./wire/Reply";
import type { Request } from "./wire/Request";
import type { TemplateId } from "./wire/TemplateId";

/** The name of each variant of a union as serde tags it. */
type NameOf<U> = U extends string ? U : keyof U;
/** What the variant of a name holds; `null` for one that holds nothing. */
type Held<U, N> = U extends N ? null : U extends string ? never : N extends keyof U ? U[N] : never;

export type RequestName = NameOf<Request>;
type ReplyName = NameOf<Reply>;

/** What each request is answered by. */
const ANSWERS = {
  status: "status",
  doctor: "doctor",
  "doctor-directory": "doctor",
  exits: "exits",
  why: "why",
  settings: "settings",
  policy: "policy",
  pause: "paused",
  resume: "done",
  "enroll-terms": "enroll-terms",
  enroll: "enrolled",
  "start-over-terms": "enroll-terms",
  "start-over": "enrolled",
  "enroll-as": "enrolled",
  primary: "primary",
  "primary-change": "done",
  "unlock-terms": "unlock-terms",
  unlock: "done",
  "unlock-with-passphrase": "done",
  "unlock-silently": "done",
  "slot-add": "done",
  "slot-remove": "done",
  "recover-terms": "recover-terms",
  "recover-setup": "recovery-printed",
  recover: "recovered",
  "recover-drill": "done",
  lock: "done",
  templates: "templates",
  "logon-list": "logons",
  "logon-add": "logon-saved",
  "logon-edit": "logon-saved",
  "logon-rebind": "logon-saved",
  "logon-remove": "done",
  "logon-reveal": "revealed",
  "logon-copy": "copied",
  "password-make": "revealed",
  "password-change": "password",
  "password-status": "passwords",
  "password-reveal": "revealed",
  "password-settle": "password",
  "logon-fill": "filled",
  prompts: "prompts",
  "prompt-dismiss": "done",
  "logon-capture": "filled",
  exclusions: "exclusions",
  exclude: "done",
  include: "done",
  refresh: "refreshed",
  syncing: "syncing",
  "directory-login": "done",
  "template-explain": "judged",
  "window-report": "window-report",
  "window-pick": "picked",
  "template-record": "drafted",
  "template-adopt": "adopted",
  windows: "windows",
  audit: "audit",
  organisation: "organisation",
  "organisation-pin": "organisation",
  "store-verify": "stores-verified",
  "store-export": "stores-exported",
  "store-import": "stores-imported",
  "store-repair": "stores-repaired",
  "device-list": "devices",
  "device-join": "joining",
  "device-joined": "done",
  "device-approve": "device-approved",
  "device-revoke": "device-revoked",
  "operator-terms": "operator-terms",
  "helpdesk-show": "person",
  "helpdesk-recover": "helpdesk-half",
  "helpdesk-log": "audit",
  "publish-plan": "publish-plan",
  "publish-apply": "published",
} as const satisfies Partial<Record<RequestName, ReplyName>>;

type Answered = keyof typeof ANSWERS;
type Asked = Extract<Request, Answered | Partial<Record<Answered, unknown>>>;

/** What a request is answered with: the reply without its tag, and the secrets beside it. */
export type Answer<R extends Request> = {
  reply: Held<Reply, (typeof ANSWERS)[NameOf<R> & Answered]>;
  secrets: string[];
};

/** What the shell says besides what the agent does. */
export type FailureCode = ErrorCode | "not-running" | "other-version" | "connection";

/** A request that was not carried out: what happened and what to do next. */
export class AgentError extends Error {
  readonly code: FailureCode;
  /** What to do next, as the agent says it. */
  readonly next: string | null;
  /** No attempt is taken before so many milliseconds have passed. */
  readonly retryAfterMs: number | null;
  /** What an exit of the site has to say to the user. */
  readonly said: string[];

  constructor(failure: Partial<Omit<ErrorReply, "code">> & { code: FailureCode }, said: string[] = []) {
    super(failure.message ?? failure.code);
    this.code = failure.code;
    this.next = failure.next ?? null;
    this.retryAfterMs = failure.retry_after_ms ?? null;
    this.said = said;
  }
}

/** Any failure as one of the agent's. */
export function failureOf(cause: unknown): AgentError {
  if (cause instanceof AgentError) return cause;
  if (typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string") {
    return new AgentError(cause as ErrorReply & { code: FailureCode });
  }
  return new AgentError({ code: "failed", message: cause instanceof Error ? cause.message : String(cause) });
}

function nameOf(tagged: Request | Reply): string {
  return typeof tagged === "string" ? tagged : (Object.keys(tagged)[0] ?? "");
}

function heldBy(reply: Reply): unknown {
  return typeof reply === "string" ? null : Object.values(reply)[0];
}

/**
 * Asks the agent for something.
 *
 * @param secrets in the order in which the request documents them
 * @throws {AgentError} when it was not done
 */
export async function call<R extends Asked>(request: R, secrets: string[] = []): Promise<Answer<R>> {
  const name = nameOf(request);
  let answer: { reply: Reply; secrets: string[] };
  try {
    answer = await invoke(name.replaceAll("-", "_"), { request, secrets });
  } catch (cause) {
    throw failureOf(cause);
  }
  const { reply } = answer;
  const told = nameOf(reply);
  if (told === "error" || told === "password-refused") {
    throw new AgentError(heldBy(reply) as ErrorReply, answer.secrets);
  }
  if (told !== ANSWERS[name as Answered]) {
    throw new AgentError({ code: "other-version", message: `${name} → ${told}` });
  }
  return { reply: heldBy(reply) as Answer<R>["reply"], secrets: answer.secrets };
}

/** The pages there are. */
export type PageName =
  | "first-use"
  | "unlock"
  | "logons"
  | "logon"
  | "reveal"
  | "chooser"
  | "password"
  | "recovery"
  | "sync"
  | "settings"
  | "why"
  | "devices"
  | "about"
  | "import"
  | "recorder"
  | "publish"
  | "helpdesk";

async function shell<T>(command: string, parameters?: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(command, parameters);
  } catch (cause) {
    throw failureOf(cause);
  }
}

/** Starts the agent. @throws {AgentError} that says why it did not start */
export const startAgent = (): Promise<void> => shell("agent_start");

/** Opens the window of a page, or brings it to the front. */
export const openPage = (page: PageName, argument?: string): Promise<void> =>
  shell("open_page", argument === undefined ? { page } : { page, argument });

/** What this page was opened for. */
export const pageArgument = (): Promise<string | null> => shell("page_argument");

/** Destroys this window, and with it whatever was typed or shown in it. */
export const closePage = (): Promise<void> => shell("close_page");

/**
 * Asks for being asked before this window is closed by its title bar; each time anew. A second close before that closes it.
 *
 * @returns what the question is addressed to, for `onLeave`
 */
export const holdPage = (): Promise<string> => shell("hold_page");

/** Calls `leave` when the user closes the window that is held under this name. The result ends that. */
export const onLeave = (held: string, leave: () => void): Promise<() => void> =>
  listen<string>("leave-asked", ({ payload }) => payload === held && leave());

/** Says that this page can be used. */
export const pageReady = (): Promise<void> => shell("page_ready");

/** Lets the user choose a file or a folder, in the desktop's own chooser. `null`: he chose none. */
export const choosePath = (kind: "file" | "folder"): Promise<string | null> => shell("choose_path", { kind });

/** What is to be taken over from a file of logons, and what is left out of it. */
export type Wanted = {
  /** Entries, by their number, and the templates they are for. */
  assigned: [number, TemplateId][];
  /** Entries that are not wanted. */
  skipped: number[];
};

/** A file of logons, as it was found. */
export type ImportOpened = {
  /** What wrote it, for people. */
  format: string;
  seal: "none" | "password" | "password-or-key-file";
  /** Whether it is read; off: it is sealed and wants its password. */
  open: boolean;
};

/** An entry of the file, and what becomes of it. */
export type ImportEntry = {
  number: number;
  title: string;
  user_name: string | null;
  site: string | null;
  fate: "added" | "stored" | "taken" | "twice" | "contradicts" | "choice" | "no-template" | "unfit" | "skipped";
  template: TemplateId | null;
  /** The templates that fit it. */
  candidates: TemplateId[];
  /** What stands in its way: the name of a logon, the numbers of other entries, or a sentence where it is unfit. */
  why: string | null;
  /** What of it is not taken over. */
  not_taken: string[];
};

/** What came of an entry. */
export type ImportOutcome = { number: number; title: string; id: RecordId | null; error: string | null };

/** Reads a file of logons. It stays in the shell. Secret: its password, if it is sealed and known. */
export const importOpen = (file: string, keyFile: string | null, secrets: string[]): Promise<ImportOpened> =>
  shell("import_open", { file, keyFile, secrets });

/** What would become of each entry. @throws {AgentError} that names the line, where the file is not what it should be */
export const importPreview = (wanted: Wanted): Promise<{ entries: ImportEntry[]; left_out: string[] }> =>
  shell("import_preview", wanted);

/** Stores what the preview showed. */
export const importStore = (wanted: Wanted): Promise<ImportOutcome[]> => shell("import_store", wanted);

/** Overwrites the file and deletes it. `lost` things are in it alone, as the user knows. @throws {AgentError} that says why it stays */
export const importDelete = (lost: number): Promise<void> => shell("import_delete", { lost });

/** Has the shell forget the file. */
export const importClose = (): Promise<void> => shell("import_close");

/** Calls `read` whenever the agent has something new. The result ends that. */
export const onChange = (read: () => void): Promise<() => void> => listen("agent-changed", read);
