/** A page in a document without a browser. */

import { flushSync, mount, unmount, type Component } from "svelte";
import { afterEach } from "vitest";
import type { PageName } from "../../src/agent";
import { speak } from "../../src/language";
import type { PageProps } from "../../src/start";
import About from "../../src/pages/about/About.svelte";
import Chooser from "../../src/pages/chooser/Chooser.svelte";
import Devices from "../../src/pages/devices/Devices.svelte";
import FirstUse from "../../src/pages/first-use/FirstUse.svelte";
import Helpdesk from "../../src/pages/helpdesk/Helpdesk.svelte";
import Import from "../../src/pages/import/Import.svelte";
import Logon from "../../src/pages/logon/Logon.svelte";
import Logons from "../../src/pages/logons/Logons.svelte";
import Password from "../../src/pages/password/Password.svelte";
import Publish from "../../src/pages/publish/Publish.svelte";
import Recorder from "../../src/pages/recorder/Recorder.svelte";
import Recovery from "../../src/pages/recovery/Recovery.svelte";
import Reveal from "../../src/pages/reveal/Reveal.svelte";
import Settings from "../../src/pages/settings/Settings.svelte";
import Sync from "../../src/pages/sync/Sync.svelte";
import Unlock from "../../src/pages/unlock/Unlock.svelte";
import Why from "../../src/pages/why/Why.svelte";
import { install, type FakeAgent, type Scene } from "./agent";

export const PAGES = {
  about: About,
  chooser: Chooser,
  devices: Devices,
  "first-use": FirstUse,
  helpdesk: Helpdesk,
  import: Import,
  logon: Logon,
  logons: Logons,
  password: Password,
  publish: Publish,
  recorder: Recorder,
  recovery: Recovery,
  reveal: Reveal,
  settings: Settings,
  sync: Sync,
  unlock: Unlock,
  why: Why,
} satisfies Record<PageName, unknown>;

// What the document has not.
globalThis.ResizeObserver ??= class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};
HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
  this.open = true;
};

let shown: Record<string, unknown> | null = null;

afterEach(async () => {
  if (shown !== null) await unmount(shown);
  shown = null;
  document.body.replaceChildren();
  localStorage.clear();
});

/** Lets what was begun come to its end. */
export async function settle(milliseconds = 0): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) {
    await new Promise((done) => setTimeout(done, turn === 0 ? milliseconds : 0));
    flushSync();
  }
}

/** Shows a page before a fake agent. */
export async function show(name: PageName, scene: Scene = {}): Promise<FakeAgent> {
  const agent = install({ languages: ["en"], ...scene });
  await speak(name, navigator.languages);
  const page = PAGES[name] as unknown as Component<PageProps>;
  shown = mount(page, { target: document.body, props: { argument: scene.argument ?? null } });
  await settle(80);
  return agent;
}

/** A button by its words. */
export function button(words: string): HTMLButtonElement {
  const all = [...document.querySelectorAll("button")];
  const found = all.find((button) => button.textContent?.trim() === words);
  if (found === undefined) throw new Error(`no button “${words}” among ${all.map((button) => button.textContent?.trim()).join(", ")}`);
  return found;
}

export async function press(words: string): Promise<void> {
  const pressed = button(words);
  pressed.click();
  await settle();
}

/** The field of a label. */
export function field(label: string): HTMLInputElement {
  const found = [...document.querySelectorAll("label")].find((known) => known.textContent?.replace(" (required)", "").trim() === label);
  const into = found === undefined ? null : document.getElementById(found.htmlFor);
  if (!(into instanceof HTMLInputElement || into instanceof HTMLTextAreaElement)) throw new Error(`no field “${label}”`);
  return into as HTMLInputElement;
}

export async function type(label: string, text: string): Promise<void> {
  const into = field(label);
  into.value = text;
  into.dispatchEvent(new Event("input", { bubbles: true }));
  await settle();
}

export const said = (): string => (document.body.textContent ?? "").replace(/[\u2068\u2069]/gu, "").replace(/\s+/gu, " ");
