export type Base64Result =
  { readonly bytes: Uint8Array } | { readonly badCharacterAt: number } | { readonly cutShort: true };

/** White space as OpenSSL's decoder has it; `\s` would let a no-break space through. */
const FOREIGN = /[^A-Za-z0-9+/= \t\r\n]/;

/** Base64 with white space in it, as people's files have it. `text` is Latin-1; offsets are into it. */
export function decodeBase64(text: string): Base64Result {
  const foreign = FOREIGN.exec(text);
  if (foreign !== null) return { badCharacterAt: foreign.index };
  const packed = text.replace(/[ \t\r\n]+/g, '');
  const padding = packed.indexOf('=');
  if (packed.length % 4 !== 0) return { cutShort: true };
  if (padding !== -1 && !/^={1,2}$/.test(packed.slice(padding))) return { badCharacterAt: text.indexOf('=') };
  return { bytes: new Uint8Array(Buffer.from(packed, 'base64')) };
}
