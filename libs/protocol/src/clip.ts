/**
 * At most `max` UTF-16 units, without half a character: a cut through an emoji, or a hostile answer, would leave a lone
 * surrogate, which has no canonical JSON (RFC 8785 §3.2.2.2), so that the whole section would be lost.
 */
export function clip(text: string, max: number): string {
  return text.slice(0, max).replace(/\p{Surrogate}/gu, '\ufffd');
}
