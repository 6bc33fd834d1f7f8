import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import type { Derivation } from '../access/view.ts';
import {
  caFacts,
  codeFacts,
  CA_FILES,
  MAX_CA_BYTES,
  MAX_CODE_BYTES,
  type CaFacts,
  type CodeFacts,
} from './api-facts.ts';

/** What a zip holds of shotgun_api3. Members are read in memory, nothing is unpacked to a disk. */
export interface ZipFacts {
  /** Null where it holds no copy. `member`: `shotgun_api3/shotgun.py`, or `shotgun_api3.py`. */
  readonly api: (CodeFacts & { readonly member: string }) | null;
  readonly bundles: readonly (CaFacts & { readonly member: string })[];
  /** `Version:` of the metadata of an egg. */
  readonly metadataVersion: string | null;
  /** Why not all of it was read; null where all was. */
  readonly problem: string | null;
}

/** Toolkit's largest pkgs.zip has some 5 MB and 3000 members. */
const MAX_ZIP_BYTES = 32 * 1024 * 1024;
const MAX_ENTRIES = 30_000;
/** Text shrinks to a fifth, deflate makes at most 1032 : 1: what lies far beyond the first was made to. */
const MAX_RATIO = 100;
/** Below this any ratio is harmless. */
const ALWAYS_READ_BYTES = 256 * 1024;

const CODE_MEMBERS = ['shotgun_api3/shotgun.py', 'shotgun_api3.py'];
const CA_MEMBERS: readonly string[] = CA_FILES.map((file) => `shotgun_api3/${file}`);
const METADATA = 'EGG-INFO/PKG-INFO';
const WANTED: ReadonlyMap<string, number> = new Map([
  ...CODE_MEMBERS.map((name) => [name, MAX_CODE_BYTES] as const),
  ...CA_MEMBERS.map((name) => [name, MAX_CA_BYTES] as const),
  [METADATA, 256 * 1024],
]);

export const ZIP: Derivation<ZipFacts> = { kind: 'zip', maxBytes: MAX_ZIP_BYTES, derive: zipFacts };

export async function zipFacts(bytes: Uint8Array): Promise<ZipFacts> {
  const members = new Map<string, Uint8Array>();
  const problem = await readMembers(bytes, members);
  const code = CODE_MEMBERS.find((name) => members.has(name));
  return {
    api: code === undefined ? null : { ...codeFacts(contentOf(members, code)), member: code },
    bundles: CA_MEMBERS.filter((name) => members.has(name)).map((member) => ({
      ...caFacts(contentOf(members, member)),
      member,
    })),
    metadataVersion: metadataVersionOf(Buffer.from(contentOf(members, METADATA)).toString('utf8')),
    problem,
  };
}

/** `Version:` of METADATA or PKG-INFO (core metadata specification); null where it states none. */
export function metadataVersionOf(text: string): string | null {
  const head = text.split(/\r?\n\r?\n/, 1)[0] ?? '';
  return /^Version:[ \t]*(\S{1,200})[ \t]*\r?$/m.exec(head)?.[1] ?? null;
}

function contentOf(members: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  return members.get(name) ?? new Uint8Array();
}

/** The problem, or null. yauzl throws plain errors for what is no sound zip; their words say where. */
async function readMembers(bytes: Uint8Array, members: Map<string, Uint8Array>): Promise<string | null> {
  try {
    const zip = await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
      lazyEntries: true,
      validateEntrySizes: true,
    });
    if (zip.entryCount > MAX_ENTRIES)
      return `It states ${zip.entryCount} members; more than ${MAX_ENTRIES} are not looked at`;
    return await readWanted(zip, members);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return `It is no sound zip: ${JSON.stringify(error.message.slice(0, 200))}`;
  }
}

async function readWanted(zip: ZipFile, members: Map<string, Uint8Array>): Promise<string | null> {
  let seen = 0;
  let problem: string | null = null;
  for await (const entry of zip.eachEntry()) {
    seen += 1;
    if (seen > MAX_ENTRIES) return `Only the first ${MAX_ENTRIES} members were looked at`;
    const limit = WANTED.get(entry.fileName);
    if (limit === undefined || members.has(entry.fileName)) continue;
    const read = await contents(zip, { entry, limit });
    if (typeof read === 'string') problem ??= read;
    else members.set(entry.fileName, read);
  }
  return problem;
}

/** Its bytes, or why they were not read. */
async function contents(
  zip: ZipFile,
  of: { readonly entry: Entry; readonly limit: number },
): Promise<Uint8Array | string> {
  const { entry, limit } = of;
  const name = entry.fileName;
  if (entry.isEncrypted()) return `${name} is encrypted`;
  if (entry.uncompressedSize > limit) return `${name} is larger than the limit of ${limit} bytes`;
  const ratio = entry.uncompressedSize / Math.max(entry.compressedSize, 1);
  if (entry.uncompressedSize > ALWAYS_READ_BYTES && ratio > MAX_RATIO)
    return `${name} is packed more than ${MAX_RATIO} to 1 and was not read`;
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    total += (chunk as Buffer).length;
    if (total > limit) return `${name} is larger than the limit of ${limit} bytes`;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
