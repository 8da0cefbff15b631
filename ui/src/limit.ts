/** The most bytes a field takes: more than any logon needs, and little enough for everything on the way. */
export const MOST_BYTES = 4096;

/** Whether a text is more than a field takes. Texts of megabytes are not even measured. */
export function isTooLong(text: string): boolean {
  return text.length > MOST_BYTES || new TextEncoder().encode(text).length > MOST_BYTES;
}
