/** A character of a secret in large type: what it is, is shown by colour and by a mark. */
export type Glyph = { text: string; kind: "letter" | "digit" | "other" };

/** The characters of a secret, as a reader counts them. */
export function glyphs(secret: string): Glyph[] {
  const characters = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(secret)];
  return characters.map(({ segment }) => ({
    text: segment === " " ? "␣" : segment,
    kind: /^\p{Nd}/u.test(segment) ? "digit" : /^\p{L}/u.test(segment) ? "letter" : "other",
  }));
}
