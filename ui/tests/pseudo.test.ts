// In the pseudo-locale everything that is translated stands between marks. What stands outside them has to come from the agent.

import { expect, test } from "vitest";
import type { PageName } from "../src/agent";
import { PSEUDO } from "../src/language";
import type { Scene } from "./fake/agent";
import * as model from "./fake/model";
import { settle, show } from "./fake/page";

/** What is done before it is looked. */
type Act = () => Promise<void>;

const put = (selector: string, at: number, text: string): void => {
  const into = document.querySelectorAll<HTMLInputElement>(selector)[at];
  if (into === undefined) throw new Error(`no ${selector}`);
  into.value = text;
  into.dispatchEvent(new Event("input", { bubbles: true }));
};

async function go(...selectors: string[]): Promise<void> {
  for (const selector of selectors) {
    await settle();
    const pressed = document.querySelector<HTMLElement>(selector);
    if (pressed === null) throw new Error(`no ${selector}`);
    pressed.click();
  }
  await settle(80);
}

const PRIMARY = "main button.primary";

async function person(): Promise<void> {
  put("main form input", 0, model.PERSON.user);
  await go(PRIMARY);
}

async function checked(): Promise<void> {
  await person();
  await go("section button.primary", "input[type=checkbox]");
  put("main form input", 1, "4711");
  await go(PRIMARY);
}

async function preview(): Promise<void> {
  put("main input", 0, "/");
  await go(PRIMARY);
}

async function plan(): Promise<void> {
  put("main form input", 0, "/");
  put("main form input", 1, "/");
  await go(PRIMARY);
}

const SCENES: [PageName, Scene, Act?][] = [
  ["first-use", { vault: "unenrolled", unpinned: true }],
  ["first-use", { vault: "unlocked" }],
  ["unlock", { vault: "locked" }],
  ["logons", {}],
  ["logons", { logons: 0 }],
  ["logons", { down: true }],
  ["logon", { argument: model.id(1) }],
  ["logon", {}],
  ["reveal", { argument: `${model.id(1)}/field/password` }],
  ["chooser", { prompt: "choice" }],
  ["chooser", { prompt: "change" }],
  ["chooser", { prompt: "logon" }],
  ["password", {}],
  ["recovery", {}],
  ["recovery", { argument: "recover" }],
  ["sync", {}],
  ["sync", { offline: true }],
  ["sync", { unpinned: true }],
  ["settings", {}],
  ["why", {}],
  ["devices", {}],
  ["about", {}],
  ["logon", { argument: model.id(1), refused: true }],
  ["logon", { argument: "template:com.sap.gui" }],
  ["settings", { set: true }],
  ["recovery", { argument: "setup" }],
  ["import", {}],
  ["import", {}, preview],
  [
    "import",
    { whole: true },
    async () => {
      await preview();
      await go(PRIMARY);
    },
  ],
  ["recorder", {}],
  ["recorder", {}, () => go(PRIMARY)],
  ["recorder", {}, () => go(PRIMARY, PRIMARY)],
  ["publish", { directory: true }],
  ["publish", {}, plan],
  ["helpdesk", { directory: true }],
  ["helpdesk", {}, person],
  ["helpdesk", {}, checked],
];

/** Every text of what the agent tells. */
function told(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(told);
}

const WORDS = [...new Set([...told(model), ...told(COMPONENTS), "directory.example.org: no route to host", "otter lantern quartz", "Which sentence would only you write?"])]
  .filter((text) => /\p{L}/u.test(text))
  .sort((a, b) => b.length - a.length);

// As whole words only: `own` is no part of `known`.
const TOLD = WORDS.map((text) => new RegExp(`(?<!\\p{L})${text.replaceAll(/[.*+?^${}()|[\]\\]/gu, "\\$&")}(?!\\p{L})`, "gu"));

/** What is left of a text when everything marked, and everything the agent says, is taken out. */
function left(text: string): string {
  let rest = text.replaceAll(/[\u2068\u2069]/gu, "").replaceAll(/⟦[^⟧]*⟧/gu, " ");
  for (const known of TOLD) rest = rest.replaceAll(known, "");
  // Ids of devices are cut short, forms and layers are words of templates, keys are keys.
  return rest.replaceAll(/\b(0{6,8}|logon|Enter|Esc|ms)\b/gu, "").replaceAll(/[^\p{L}]/gu, "");
}

test("a text that is not marked is found", () => {
  for (const text of ["Unlock", "⟦Ų́nlock⟧ now", "Signed by desktop of Example AG", "in one second"]) expect(left(text), text).not.toBe("");
  for (const text of ["⟦Únlóck⟧", "⟦Sígned by⟧ desktop ⟦óf⟧ Example AG", "12:30"]) expect(left(text), text).toBe("");
});

function texts(): string[] {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found: string[] = [];
  while (walker.nextNode()) found.push(walker.currentNode.textContent ?? "");
  for (const element of document.querySelectorAll("*")) {
    for (const name of ["aria-label", "title", "placeholder"]) found.push(element.getAttribute(name) ?? "");
  }
  return found;
}

test.each(SCENES)("%s %o says nothing that is not translated", async (name, scene, act) => {
  await show(name, { ...scene, languages: [PSEUDO] });
  await act?.();
  for (const details of document.querySelectorAll("details")) details.open = true;
  await settle();
  expect(texts().some((text) => text.includes("⟦"))).toBe(true);
  expect(texts().filter((text) => left(text) !== "")).toEqual([]);
});
