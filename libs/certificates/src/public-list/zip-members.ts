import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';

/** A wheel of certifi has some ten members. */
const MAX_ENTRIES = 2000;
/** Text shrinks to a fifth, deflate makes at most 1032 : 1: what lies far beyond the first was made to. */
const MAX_RATIO = 100;
/** Below this any ratio is harmless. */
const ALWAYS_READ_BYTES = 256 * 1024;

/** What is wanted of a zip: names that match, each with its largest size. */
export interface WantedMember {
  readonly name: RegExp;
  readonly maxBytes: number;
}

/** The zip is not read; the message is for a person. */
export class ZipRefusedError extends Error {
  override readonly name = 'ZipRefusedError';
}

/**
 * Members of a zip in memory, by name; nothing is unpacked to a disk, and never more than `maxBytes` of a member, or `maxTotalBytes` of
 * all. Throws {@link ZipRefusedError} for what is no sound zip, names a member twice, or was made to burst.
 */
export async function zipMembers(
  bytes: Uint8Array,
  wanted: readonly WantedMember[],
  maxTotalBytes = Infinity,
): Promise<ReadonlyMap<string, Uint8Array>> {
  try {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const zip = await fromBufferPromise(buffer, { lazyEntries: true, validateEntrySizes: true });
    return await readWanted(zip, wanted, maxTotalBytes);
  } catch (error) {
    if (error instanceof ZipRefusedError || !(error instanceof Error)) throw error;
    // yauzl throws plain errors; their words say where.
    throw new ZipRefusedError(`It is no sound zip: ${JSON.stringify(error.message.slice(0, 200))}.`);
  }
}

async function readWanted(
  zip: ZipFile,
  wanted: readonly WantedMember[],
  maxTotalBytes: number,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const members = new Map<string, Uint8Array>();
  let [seen, total] = [0, 0];
  for await (const entry of zip.eachEntry()) {
    seen += 1;
    if (seen > MAX_ENTRIES) throw new ZipRefusedError(`It has more than ${MAX_ENTRIES} members.`);
    const limit = wanted.find(({ name }) => name.test(entry.fileName))?.maxBytes;
    if (limit === undefined) continue;
    if (members.has(entry.fileName)) throw new ZipRefusedError(`It holds ${entry.fileName} twice.`);
    const member = await contents(zip, entry, limit);
    total += member.length;
    if (total > maxTotalBytes) throw new ZipRefusedError(`It holds more than ${maxTotalBytes} bytes.`);
    members.set(entry.fileName, member);
  }
  return members;
}

async function contents(zip: ZipFile, entry: Entry, limit: number): Promise<Uint8Array> {
  const { fileName, uncompressedSize, compressedSize } = entry;
  const tooLarge = `${fileName} in it is larger than the limit of ${limit} bytes.`;
  if (entry.isEncrypted()) throw new ZipRefusedError(`${fileName} in it is encrypted.`);
  if (uncompressedSize > limit) throw new ZipRefusedError(tooLarge);
  const ratio = uncompressedSize / Math.max(compressedSize, 1);
  if (uncompressedSize > ALWAYS_READ_BYTES && ratio > MAX_RATIO)
    throw new ZipRefusedError(`${fileName} in it is packed more than ${MAX_RATIO} to 1.`);
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    total += (chunk as Buffer).length;
    if (total > limit) throw new ZipRefusedError(tooLarge);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
