import { call } from "../agent";

/** What a passphrase answers, and how strong it has to be. */
export type Needs = { question: string; minLength: number; minStrength: number };

/** What a passphrase needs, as the settings say. */
export async function passphraseNeeds(): Promise<Needs> {
  const { reply } = await call({ settings: { name: null } });
  const value = (name: string): unknown => reply.find((setting) => setting.name === name)?.value;
  const number = (name: string): number => Number(value(name) ?? 0);
  return { question: String(value("passphrase.question") ?? ""), minLength: number("passphrase.min_length"), minStrength: number("passphrase.min_strength") };
}
