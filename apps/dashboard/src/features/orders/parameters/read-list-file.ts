/** A wheel of certifi has some 150 KiB; the API takes 400 000 characters of base64 (libs/api `makeBundle`). */
export const MAX_LIST_BYTES = 290_000;

/** The bytes of a chosen file as the API takes them. */
export function listFileText(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
