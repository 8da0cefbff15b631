/** Times in words. */

import { locale, PSEUDO, pseudo } from "./language";
import type { Timestamp } from "./wire/Timestamp";

const SPANS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

function marked(text: string): string {
  return locale() === PSEUDO ? pseudo(text) : text;
}

/** Formatters take long to make: each is made once. */
const made = new Map<string, unknown>();

function once<T>(name: string, make: () => T): T {
  if (!made.has(name)) made.set(name, make());
  return made.get(name) as T;
}

const language = (): string => (locale() === PSEUDO ? "en" : locale());

/** How long ago, or in how long, in the largest unit that fits. */
export function relative(then: Timestamp, now: number = Date.now()): string {
  const seconds = Math.round((then - now) / 1000);
  const format = once("relative", () => new Intl.RelativeTimeFormat(language(), { numeric: "auto" }));
  for (const [unit, length] of SPANS) {
    if (Math.abs(seconds) >= length) return marked(format.format(Math.trunc(seconds / length), unit));
  }
  return marked(format.format(0, "second"));
}

/** Day and time. */
export function moment(at: Timestamp): string {
  return marked(once("moment", () => new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short" })).format(at));
}

/** The day. */
export function day(at: Timestamp): string {
  return marked(once("day", () => new Intl.DateTimeFormat(language(), { dateStyle: "medium" })).format(at));
}

/** A number of bytes in the largest unit that fits. */
export function bytes(count: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  let [amount, at] = [count, 0];
  while (amount >= 1000 && at < units.length - 1) [amount, at] = [amount / 1000, at + 1];
  const unit = units[at] ?? "byte";
  const format = new Intl.NumberFormat(language(), { style: "unit", unit, maximumFractionDigits: 1 });
  return marked(format.format(amount));
}
