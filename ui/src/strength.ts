/** How strong a passphrase is, judged as the agent will judge it. */

/** More is not judged: enough for any sentence, and bounded in time. */
const JUDGED_CHARACTERS = 128;

export type Judgement = {
  /** zxcvbn's score, 0 to 4. */
  strength: number;
  /** Whether it has fewer characters than are asked for. */
  short: boolean;
  /** Whether the agent will take it. */
  enough: boolean;
};

/**
 * Judges a passphrase. The word lists are loaded when the first one is.
 *
 * @param minLength the fewest characters, spaces around it and repeated ones not counted
 * @param minStrength the least score, 0 to 4
 */
export async function judge(typed: string, minLength: number, minStrength: number): Promise<Judgement> {
  const { default: zxcvbn } = await import("zxcvbn");
  const words = typed.split(/\s+/u).filter((word) => word !== "").join(" ");
  const characters = [...words];
  const judged = characters.slice(0, JUDGED_CHARACTERS).join("");
  const strength = zxcvbn(judged, ["countersign", "passphrase", "password"]).score;
  const short = characters.length < minLength;
  return { strength, short, enough: !short && strength >= minStrength };
}
