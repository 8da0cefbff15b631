/** Small letters without accents, so that `Jose` finds `José`. */
export function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
