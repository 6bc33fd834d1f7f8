import { sha256Hex } from '@trustfleet/certificates';
import {
  bytesOf,
  textOf,
  VARIABLE_FORMATS,
  type Subject,
  type VariableFormat,
  type VariablePlace,
} from '@trustfleet/remedies';
import { StepFailedError, StepRefusedError } from '../remedy.ts';
import type { FileInverse } from './inverses.ts';
import type { VariableFiles } from './ports.ts';

/** Largest file of variables that is changed: it goes into the journal, to be put back. */
const MAX_BYTES = 256 * 1024;

export type FilePlace = Extract<VariablePlace, { kind: 'file' }>;

export interface StandingFile {
  /** Null: no file. */
  readonly text: string | null;
  readonly attributes: FileInverse['attributes'];
}

/** The file as it stands. A link, or what is no plain file, is neither read nor written. */
export async function standingFile(files: VariableFiles, path: string): Promise<StandingFile> {
  const attributes = await files.attributes(path);
  if (attributes === null) return { text: null, attributes: null };
  if (!attributes.plain)
    throw new StepRefusedError(
      `${path} is a link or no plain file, so it is not changed. Put a plain file there.`,
    );
  const bytes = await files.readFile(path);
  if (bytes === null) return { text: null, attributes: null };
  if (bytes.length > MAX_BYTES)
    throw new StepFailedError(`${path} is larger than ${MAX_BYTES} bytes: it is not changed.`);
  const { gid, mode, uid } = attributes;
  return { text: textOf(bytes), attributes: { mode, uid, gid } };
}

const digestOf = (text: string | null): string | null => (text === null ? null : sha256Hex(bytesOf(text)));

export interface FileChange {
  readonly place: FilePlace;
  readonly subject: Subject;
  readonly value: string | null;
}

/** The inverse of a change, and the text that it makes. */
export function changeOfFile(
  { place, subject, value }: FileChange,
  { attributes, text }: StandingFile,
): { readonly next: string | null; readonly inverse: FileInverse } {
  const format = VARIABLE_FORMATS[place.format];
  const { name, owner = null, scope } = subject;
  const next = format.changed(text, name, value);
  return {
    next,
    inverse: {
      ...{ kind: 'variableFile', name, scope, owner, path: place.source, format: place.format },
      ...{ asOwner: place.asOwner, written: value, previous: format.valueIn(text ?? '', name) },
      digest: digestOf(next),
      file: text === null ? null : Buffer.from(bytesOf(text)).toString('base64'),
      lines: format.assignments(text ?? '', name).map(({ line }) => line),
      attributes,
    },
  };
}

/** Brings the file to a text, or away; mode and owner stay where it was there. */
export async function putFile(
  files: VariableFiles,
  { path, text }: { readonly path: string; readonly text: string | null },
  attributes: FileInverse['attributes'],
): Promise<void> {
  if (text === null) await files.removeFile(path);
  else await files.writeFile(path, bytesOf(text), attributes ?? undefined);
}

/** The text that takes a change back; `refused` where somebody else set the variable since. */
export function textBack(
  inverse: FileInverse,
  now: string | null,
): { readonly text: string | null } | { readonly refused: string } {
  const { digest, file, format: name, lines, path, previous, written } = inverse;
  const format = VARIABLE_FORMATS[name];
  const value = format.valueIn(now ?? '', inverse.name);
  const before = file === null ? null : textOf(Buffer.from(file, 'base64'));
  if (digestOf(now) === digestOf(before)) return { text: before };
  if (digestOf(now) === digest) return { text: before };
  if (value === previous && value !== written) return { text: now };
  if (value !== written)
    return {
      refused: `${inverse.name} in ${path} is ${value ?? 'not set'} now; this job left it ${written ?? 'not set'}. Somebody changed it since, so it was left as it is: change it there by hand if it is not wanted.`,
    };
  return { text: linesBack(now, { format, lines, inverse }) };
}

const split = (text: string): string[] => (text === '' ? [] : text.split(/(?<=\n)/));

interface Back {
  readonly format: VariableFormat;
  readonly lines: readonly string[];
  readonly inverse: Pick<FileInverse, 'name' | 'written'>;
}

/** Lines beside the assignment that our change made of the old line: its comment. */
function besides({ format, inverse: { name, written }, lines }: Back): string[] {
  const made = format.changed(lines.join(''), name, written) ?? '';
  const own = new Set(format.assignments(made, name).map(({ at }) => at));
  return lines.length === 0 ? [] : split(made).filter((_, at) => !own.has(at));
}

/** Our own line alone: what stood in its place comes back there, at the end where there was no line of ours. */
function linesBack(now: string | null, back: Back): string | null {
  const { format, inverse, lines } = back;
  const text = now ?? '';
  // A file of ours in which nothing is left goes, however it was changed meanwhile.
  if (lines.length === 0) return format.changed(text, inverse.name, null);
  const all = split(text);
  const ours = new Set(format.assignments(text, inverse.name).map(({ at }) => at));
  const [first = all.length] = ours;
  const head = all.slice(0, first);
  for (const line of besides(back).toReversed()) if (head.at(-1) === line) head.pop();
  const ended = lines.map((line) => (line.endsWith('\n') ? line : `${line}\n`));
  const gap = head.at(-1)?.endsWith('\n') === false ? ['\n'] : [];
  const tail = all.slice(first).filter((_, at) => !ours.has(first + at));
  return [...head, ...gap, ...ended, ...tail].join('');
}
