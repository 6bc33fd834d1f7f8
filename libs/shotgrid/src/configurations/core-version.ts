import { isMap, isScalar, parseAllDocuments, type Document, type Scalar } from 'yaml';
import { parseDescriptor, type Descriptor } from '../cores/descriptor.ts';
import { isRecord } from '../yaml.ts';

/** A `core_api.yml` with another version of its core, or the sentence that says why it is left as it is. Nothing of the file stands in that. */
export type CoreVersionEdit =
  | {
      readonly kind: 'edited';
      readonly bytes: Uint8Array;
      /** As it stood. */
      readonly descriptor: Descriptor;
      /** The changed line before and after, credentials masked; `line` from 1. */
      readonly line: number;
      readonly before: string;
      readonly after: string;
    }
  | { readonly kind: 'asWanted'; readonly descriptor: Descriptor }
  | { readonly kind: 'refused'; readonly reason: string; readonly descriptor: Descriptor | null };

const BOM = '\ufeff';
const MAX_BYTES = 256 * 1024;

/**
 * Gives the core of a `core_api.yml` another version, in dict and URI form alike (shotgrid.md §2.2): nothing but the characters of the
 * version changes, so that comments, order, quotes, line ends and a byte order mark stay. What cannot be changed so is refused.
 */
export function withCoreVersion(bytes: Uint8Array, version: string): CoreVersionEdit {
  const text = decoded(bytes);
  if (text === null) return refused('it is no text in UTF-8 of at most 256 KiB');
  const stated = parsed(text);
  if (stated === null) return refused('it is not YAML that can be understood');
  const { descriptor, location } = stated;
  if (descriptor === null) return refused('it states no location of a core');
  const present = descriptor.keys.get('version') ?? '';
  if (present === '') return refused('it states no version of the core', descriptor);
  if (present === version) return { kind: 'asWanted', descriptor };
  const place = placeOfVersion(text, location, present);
  return place === null ? refused(BY_HAND, descriptor) : spliced(text, place, { descriptor, version });
}

const BY_HAND =
  'its version is written in a way that only a person should change (an alias, a merge, a block or an escape)';

const refused = (reason: string, descriptor: Descriptor | null = null): CoreVersionEdit => ({
  ...{ kind: 'refused', reason, descriptor },
});

function decoded(bytes: Uint8Array): string | null {
  if (bytes.length > MAX_BYTES) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

interface Stated {
  readonly descriptor: Descriptor | null;
  /** The node of `location`. */
  readonly location: unknown;
}

/** Null for what is no single document, or gives one key twice. */
function parsed(text: string): Stated | null {
  // In place of the mark one character of the same length: every offset stays.
  const source = text.startsWith(BOM) ? `\n${text.slice(1)}` : text;
  const documents: readonly Document[] = parseAllDocuments(source, {
    logLevel: 'silent',
    prettyErrors: false,
  });
  const [document] = documents;
  if (document === undefined || documents.length > 1 || document.errors.length > 0) return null;
  try {
    const content: unknown = document.toJS({ maxAliasCount: 100 });
    const location = isMap(document.contents) ? document.contents.get('location', true) : undefined;
    return { descriptor: parseDescriptor(isRecord(content) ? content['location'] : null), location };
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

interface Place {
  readonly start: number;
  readonly end: number;
}

/** Where the version's characters stand; null where they do not stand there as they are read. */
function placeOfVersion(text: string, location: unknown, present: string): Place | null {
  if (isMap(location)) return placeOfText(text, location.get('version', true));
  const uri = placeOfText(text, location);
  const found = uri === null ? [] : [...text.slice(uri.start, uri.end).matchAll(/(?<=[?&]version=)[^&#]*/g)];
  const [only] = found;
  if (uri === null || found.length !== 1 || only?.[0] !== present) return null;
  const start = uri.start + only.index;
  return { start, end: start + present.length };
}

/** Of a plain or quoted scalar that nothing else refers to, without its quotes. */
function placeOfText(text: string, node: unknown): Place | null {
  if (!isScalar(node) || node.anchor !== undefined || node.tag !== undefined || node.range == null)
    return null;
  const [from, to] = node.range;
  const inside = quotesOf(node);
  if (inside === null) return null;
  const place = { start: from + inside, end: to - inside };
  return text.slice(place.start, place.end) === node.value ? place : null;
}

/** Characters that quote the scalar on either side; null for a block. */
function quotesOf({ type }: Scalar): number | null {
  if (type === 'PLAIN') return 0;
  return type === 'QUOTE_SINGLE' || type === 'QUOTE_DOUBLE' ? 1 : null;
}

function spliced(
  text: string,
  { start, end }: Place,
  { descriptor, version }: { readonly descriptor: Descriptor; readonly version: string },
): CoreVersionEdit {
  const after = `${text.slice(0, start)}${version}${text.slice(end)}`;
  const lineStart = Math.max(text.lastIndexOf('\n', start - 1), text.lastIndexOf('\r', start - 1)) + 1;
  const line = text.slice(0, lineStart).split(/\r\n|\r|\n/).length;
  const lineOf = (whole: string): string => masked(/^[^\r\n]*/.exec(whole.slice(lineStart))?.[0] ?? '');
  return {
    ...{ kind: 'edited', bytes: Buffer.from(after, 'utf8'), descriptor },
    ...{ line, before: lineOf(text), after: lineOf(after) },
  };
}

/** `https://user:token@host` → `https://***@host`, also where it is percent-encoded; a comment may hold anything. */
function masked(line: string): string {
  return line
    .replace(BOM, '')
    .replace(/(:\/\/|%3A%2F%2F)[^\s/@&?]*(@|%40)/gi, '$1***$2')
    .replace(/(^|\s)#.*$/, '$1# …');
}
