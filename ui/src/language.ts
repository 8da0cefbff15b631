import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";

/** The languages there are texts in. */
const LANGUAGES = ["en", "de", "fr"] as const;
/** The pseudo-locale: English with every text marked, so that one that is not translated stands out. */
export const PSEUDO = "qps-ploc";

const texts = import.meta.glob<string>("../locales/*/*.ftl", { query: "?raw", import: "default" });

let bundles: FluentBundle[] = [];
let tag = "en";

/** The language that is spoken, for dates and numbers. */
export const locale = (): string => tag;

/** A text as the pseudo-locale shows it: letters with accents, a third longer, between brackets. */
export function pseudo(text: string): string {
  const accented = text.replace(/[aeiouAEIOU]/g, (letter) => `${letter}\u0301`).normalize("NFC");
  return text.trim() === "" ? text : `⟦${accented}${"·".repeat(Math.ceil(text.length / 3))}⟧`;
}

async function resource(language: string, name: string): Promise<FluentResource> {
  const load = texts[`../locales/${language}/${name}.ftl`];
  return new FluentResource(load === undefined ? "" : await load());
}

async function bundle(language: string, names: string[]): Promise<FluentBundle> {
  const made = new FluentBundle(language, language === PSEUDO ? { transform: pseudo } : {});
  const from = language === PSEUDO ? "en" : language;
  for (const read of await Promise.all(names.map((name) => resource(from, name)))) made.addResource(read);
  return made;
}

/** Takes the first of the wanted languages that there is, English otherwise, and loads what a page needs. */
export async function speak(page: string, wanted: readonly string[]): Promise<{ tag: string; direction: "ltr" | "rtl" }> {
  const known: readonly string[] = [...LANGUAGES, PSEUDO];
  const base = (language: string): string => (language === PSEUDO ? language : (language.split("-")[0] ?? ""));
  const full = wanted.find((language) => known.includes(base(language))) ?? "en";
  const names = ["common", "decision", page];
  const chain = [...new Set([base(full), "en"])];
  bundles = await Promise.all(chain.map((language) => bundle(language, names)));
  tag = full;
  return { tag, direction: "ltr" };
}

/** The text of an id. One that is nowhere is shown as its id, so that it is seen. */
export function t(id: string, values?: Record<string, FluentVariable>): string {
  for (const bundle of bundles) {
    const message = bundle.getMessage(id);
    if (message?.value) return bundle.formatPattern(message.value, values ?? null, []);
  }
  return id;
}
