// Every text is there in every language, with the same values in it, and is used.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const LANGUAGES = ["en", "de", "fr"];

type Texts = Map<string, string>;

function texts(language: string, file: string): Texts {
  const found: Texts = new Map();
  let latest = "";
  for (const line of readFileSync(join(ROOT, "locales", language, file), "utf8").split("\n")) {
    const begun = /^([a-z][a-z0-9-]*) = (.*)$/u.exec(line);
    if (begun) {
      latest = begun[1] ?? "";
      expect(found.has(latest), `${language}/${file}: ${latest} twice`).toBe(false);
      found.set(latest, begun[2] ?? "");
    } else if (latest !== "") {
      found.set(latest, `${found.get(latest)}\n${line}`);
    }
  }
  return found;
}

const values = (text: string): string[] => [...new Set([...text.matchAll(/\$([a-z]+)/gu)].map(([, name]) => name ?? ""))].sort();

const FILES = readdirSync(join(ROOT, "locales/en"));

test("the languages have the same files", () => {
  for (const language of LANGUAGES) expect(readdirSync(join(ROOT, "locales", language)).sort()).toEqual([...FILES].sort());
});

test.each(FILES)("%s has the same texts in every language, with the same values", (file) => {
  const english = texts("en", file);
  for (const language of LANGUAGES) {
    const other = texts(language, file);
    expect([...other.keys()].sort(), language).toEqual([...english.keys()].sort());
    for (const [id, text] of english) expect(values(other.get(id) ?? ""), `${language}: ${id}`).toEqual(values(text));
  }
});

test("buttons say it in five words", () => {
  const buttons = sources().flatMap((text) => [...text.matchAll(/<Button[^]*?<\/Button>/gu)].flatMap(([button]) => [...button.matchAll(/\{t\("([a-z-]+)"\)\}<\/Button>/gu)].map(([, id]) => id ?? "")));
  expect(buttons.length).toBeGreaterThan(40);
  for (const language of LANGUAGES) {
    const all = new Map(FILES.flatMap((file) => [...texts(language, file)]));
    for (const id of buttons) {
      const words = (all.get(id) ?? "").trim().split(/\s+/u).filter((word) => /\p{L}|\d/u.test(word));
      expect(words.length, `${language}: ${id}: ${all.get(id)}`).toBeLessThanOrEqual(5);
    }
  }
});

function sources(): string[] {
  const all = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" });
  return all.filter((file) => /\.(svelte|ts)$/u.test(file) && !file.startsWith("wire")).map((file) => readFileSync(join(ROOT, "src", file), "utf8"));
}

test("every text that is named is there, and every text is named", () => {
  const known = new Set(FILES.flatMap((file) => [...texts("en", file).keys()]));
  const source = sources().join("\n");
  const named = new Set([...source.matchAll(/\bt\("([a-z0-9-]+)"/gu)].map(([, id]) => id ?? ""));
  for (const id of named) expect(known.has(id), `no text ${id}`).toBe(true);

  // Those that are put together: `decision-${kind}-next`.
  const made = [...source.matchAll(/\bt\(`([^`]+)`/gu)].map(([, id]) => new RegExp(`^${(id ?? "").replaceAll(/\$\{[^}]+\}/gu, "[a-z0-9-]+")}$`, "u"));
  const chosen = new Set([...source.matchAll(/"([a-z][a-z0-9-]+)"/gu)].map(([, text]) => text ?? ""));
  for (const id of known) {
    const isUsed = named.has(id) || chosen.has(id) || made.some((pattern) => pattern.test(id));
    expect(isUsed, `${id} is used nowhere`).toBe(true);
  }
});
