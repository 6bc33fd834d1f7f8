import { parseBundle, pemBlocks, toPem, type ParsedBundle } from '@trustfleet/certificates';

/** A file as it is, and what OpenSSL loads of it. */
export interface Document {
  readonly bytes: Uint8Array;
  readonly parsed: ParsedBundle;
}

/** What a change makes of the bytes. */
export type Edit =
  | { readonly state: 'same' }
  | { readonly state: 'edited'; readonly bytes: Uint8Array }
  | { readonly state: 'refused'; readonly reason: string };

export function openDocument(bytes: Uint8Array): Document {
  return { bytes, parsed: parseBundle(bytes) };
}

/**
 * Null where the file may be changed. One that OpenSSL refuses gives its programs nothing: an anchor more would not help, and to guess
 * what was meant is not ours.
 */
export function whyNotBundle({ bytes, parsed }: Document): string | null {
  if (parsed.state === 'empty') return null;
  if (parsed.state === 'der')
    return 'It is binary DER, which programs do not take as a bundle: convert it to PEM';
  if (parsed.state === 'utf16')
    return 'It is UTF-16 text, which OpenSSL does not read: save it as plain text (PowerShell: Out-File -Encoding ascii)';
  const text = Buffer.from(bytes).toString('latin1');
  if (pemBlocks(text).some(({ label }) => label.endsWith('PRIVATE KEY')))
    return 'It holds a private key, so it is no bundle of anchors: keep these in a file of their own';
  if (parsed.opensslAccepts) return null;
  const [problem] = parsed.problems;
  if (problem !== undefined)
    return `OpenSSL refuses it as it is, line ${problem.line}: ${problem.reason}. Repair that first`;
  const lines = text.split('\n').map((line) => line.trim());
  return lines.every((line) => line === '' || line.startsWith('#'))
    ? null
    : 'It holds no certificate, so it does not look like a bundle';
}

/** Whether programs that name the file trust the anchor. */
export function holds({ parsed }: Document, sha256: string): boolean {
  return parsed.opensslAccepts && parsed.anchors.includes(sha256);
}

/** Union: what is there stays as and where it is, comments too; the new anchor comes last, with LF, and the file ends with a line end. */
export function withAnchor(document: Document, anchor: { sha256: string; der: Uint8Array }): Edit {
  if (holds(document, anchor.sha256)) return { state: 'same' };
  const { bytes, parsed } = document;
  const gap = bytes.length === 0 || bytes.at(-1) === 0x0a ? '' : '\n';
  const edited = Buffer.concat([bytes, Buffer.from(`${gap}${toPem(anchor.der)}`, 'latin1')]);
  const wanted = new Set([...(parsed.opensslAccepts ? parsed.anchors : []), anchor.sha256]);
  return checked(edited, wanted);
}

/** Takes out the blocks of that anchor and nothing else. */
export function withoutAnchor(document: Document, sha256: string): Edit {
  if (!holds(document, sha256)) return { state: 'same' };
  const text = Buffer.from(document.bytes).toString('latin1');
  const kept: string[] = [];
  let from = 0;
  for (const match of text.matchAll(BLOCK)) {
    const [whole, mark = ''] = match;
    const start = match.index + mark.length;
    if (!parseBundle(Buffer.from(whole.slice(mark.length), 'latin1')).anchors.includes(sha256)) continue;
    kept.push(text.slice(from, start));
    from = match.index + whole.length;
  }
  kept.push(text.slice(from));
  const wanted = new Set(document.parsed.anchors.filter((anchor) => anchor !== sha256));
  return checked(Buffer.from(kept.join(''), 'latin1'), wanted);
}

/** A block with its line end, after a byte order mark perhaps; OpenSSL passes over a BEGIN that other text stands before. */
const BLOCK =
  /^(\u00ef\u00bb\u00bf)?-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^-]*-----END \2-----[^\n]*(?:\n|$)/gm;

/** Nothing is written whose reading is not exactly what was meant. */
function checked(bytes: Uint8Array, wanted: ReadonlySet<string>): Edit {
  const document = openDocument(bytes);
  const { anchors, opensslAccepts } = document.parsed;
  const equal = anchors.length === wanted.size && anchors.every((anchor) => wanted.has(anchor));
  if (equal && (opensslAccepts || (wanted.size === 0 && whyNotBundle(document) === null)))
    return { state: 'edited', bytes };
  return {
    state: 'refused',
    reason:
      wanted.size === 0
        ? 'What would be left is no bundle, and programs that name it would fail: let them name another file, then delete this one'
        : 'The changed file would not hold what was meant: repair it by hand first',
  };
}
