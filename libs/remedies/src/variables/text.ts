/** Bytes as text of one character each, so that what is not changed comes back byte for byte whatever its encoding is. */
export function textOf(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}

export const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** A value as it stands in such a text: its UTF-8 bytes. */
export const encoded = (value: string): string => textOf(new TextEncoder().encode(value));
export const decoded = (text: string): string => new TextDecoder().decode(bytesOf(text));

/** With the end of each line in it. */
export const linesOf = (text: string): string[] => (text === '' ? [] : text.split(/(?<=\n)/));
