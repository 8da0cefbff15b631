// What a page may call is what its modules call: nothing is missing, and nothing is left over.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const CAPABILITIES = join(ROOT, "../src-tauri/capabilities");
const AGENT = join(ROOT, "src/agent.ts");
const HEADER = join(ROOT, "src/components/Page.svelte");

/** What every page may: hear of changes, be shown and closed, open others and start the agent. */
const FIXED = [
  "core:event:allow-listen",
  "core:event:allow-unlisten",
  "allow-agent-start",
  "allow-open-page",
  "allow-page-argument",
  "allow-close-page",
  "allow-page-ready",
];

const read = (file: string): string => readFileSync(file, "utf8");

/** The shell's commands by the functions of `agent.ts` that call them. */
const SHELL = new Map(
  read(AGENT)
    .split("export const ")
    .flatMap((text) => {
      const [name, command] = [/^\w+/u.exec(text)?.[0], /\bshell\(\s*"([a-z_]+)"/u.exec(text)?.[1]];
      return name === undefined || command === undefined ? [] : [[name, command] as const];
    }),
);

/** The pages that have the header, which asks how things stand and locks. */
const PLACES: string[] = /PLACES: PageName\[\] = \[([^\]]*)\]/u.exec(read(HEADER))?.[1]?.match(/[a-z-]+/gu) ?? [];

/** A module and every one of ours that it imports, types left out. */
function graph(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, what, from] of read(file).matchAll(/import (type )?[^"';]*?(?:from )?"(\.[^"]+)"/gu)) {
    const found = resolve(dirname(file), from ?? "");
    const module = [found, `${found}.ts`].find((path) => /\.(ts|svelte)$/u.test(path) && existsSync(path));
    if (what === undefined && module !== undefined) graph(module, seen);
  }
  return seen;
}

/** The commands that a module calls. */
function commands(file: string): string[] {
  const text = read(file);
  const requests = [...text.matchAll(/\bcall\(\s*([^\s])\s*("?)([a-z-]*)/gu)].map(([whole, begun, , name]) => {
    const request = begun === '"' ? /"([a-z-]+)/u.exec(whole)?.[1] : begun === "{" ? name : undefined;
    if (request === undefined || request === "") throw new Error(`${file}: what is called has to be seen: ${whole}`);
    return request.replaceAll("-", "_");
  });
  const imported = /import \{([^}]*)\} from "[./]+agent"/u.exec(text)?.[1] ?? "";
  const called = [...SHELL].filter(([name]) => new RegExp(`\\b${name}\\b`, "u").test(imported)).map(([, command]) => command);
  return [...requests, ...called];
}

function wanted(page: string): string[] {
  const files = [...graph(join(ROOT, "src/pages", page, "main.ts"))].filter((file) => file !== AGENT && (file !== HEADER || PLACES.includes(page)));
  const named = files.flatMap(commands).map((command) => `allow-${command.replaceAll("_", "-")}`);
  return [...new Set([...FIXED, ...named])].sort();
}

const PAGES = readdirSync(join(ROOT, "pages")).map((file) => basename(file, ".html"));

test("what is called is found", () => {
  expect(SHELL.get("choosePath")).toBe("choose_path");
  expect(SHELL.get("importPreview")).toBe("import_preview");
  expect(PLACES).toContain("logons");
  expect(wanted("unlock")).toEqual([...FIXED, "allow-primary", "allow-unlock", "allow-unlock-silently", "allow-unlock-terms", "allow-unlock-with-passphrase"].sort());
  expect(wanted("about")).toEqual(expect.arrayContaining(["allow-status", "allow-lock", "allow-doctor-directory"]));
});

test.each(PAGES)("%s may call what it calls, and nothing else", (page) => {
  const { permissions }: { permissions: string[] } = JSON.parse(read(join(CAPABILITIES, `${page}.json`)));
  expect([...permissions].sort()).toEqual(wanted(page));
});

test("there is no capability without a page", () => {
  for (const file of readdirSync(CAPABILITIES)) expect(PAGES).toContain(basename(file, ".json"));
});
