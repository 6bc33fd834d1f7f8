import { createHash } from 'node:crypto';
import { ZipRefusedError, zipMembers } from './zip-members.ts';

const CA_FILE = 'certifi/cacert.pem';
const DIST_INFO = /^certifi-[^/]{1,60}\.dist-info\/(METADATA|RECORD)$/;
const WANTED = [
  { name: /^certifi\/cacert\.pem$/, maxBytes: 2 * 1024 * 1024 },
  { name: DIST_INFO, maxBytes: 256 * 1024 },
];

/** Local file header of a zip (APPNOTE.TXT 4.3.7). */
export const isZip = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4)).equals(Buffer.from('PK\x03\x04'));

export interface CertifiWheel {
  /** Zero padded, as certifi's `__version__`; perhaps with a fourth part: `2020.04.05.1`. */
  readonly version: string;
  readonly caFile: Uint8Array;
}

/** The CA file of a wheel of certifi, proved by the wheel's own RECORD. Throws {@link ZipRefusedError} with the reason. */
export async function caFileOfWheel(bytes: Uint8Array): Promise<CertifiWheel> {
  const members = await zipMembers(bytes, WANTED);
  const caFile = members.get(CA_FILE);
  if (caFile === undefined)
    throw new ZipRefusedError(`It is no wheel of certifi: there is no ${CA_FILE} in it.`);
  const version = versionIn(textOf(members, 'METADATA'));
  const stated = recordedDigest(textOf(members, 'RECORD'));
  const found = createHash('sha256').update(caFile).digest('base64url');
  if (stated !== found)
    throw new ZipRefusedError(
      `${CA_FILE} in it is not what the wheel's RECORD says: it is damaged, or somebody changed it.`,
    );
  return { version, caFile };
}

function textOf(members: ReadonlyMap<string, Uint8Array>, file: 'METADATA' | 'RECORD'): string {
  const found = [...members].filter(([name]) => DIST_INFO.exec(name)?.[1] === file);
  const [member] = found;
  if (member === undefined || found.length > 1)
    throw new ZipRefusedError(`It is no wheel of certifi: it has no ${file} of its own.`);
  return Buffer.from(member[1]).toString('utf8');
}

/** Versions of certifi are dates; `2024.7.4` and `2024.07.04` are the same (PEP 440). */
function versionIn(metadata: string): string {
  const head = metadata.split(/\r?\n\r?\n/, 1)[0] ?? '';
  const name = /^Name:[ \t]*(\S{1,60})[ \t]*$/m.exec(head)?.[1];
  const [, year, month, day, more] =
    /^Version:[ \t]*(20\d\d)\.(\d{1,2})\.(\d{1,2})((?:\.\d{1,3})?)[ \t]*$/m.exec(head) ?? [];
  if (name !== 'certifi' || year === undefined || month === undefined || day === undefined)
    throw new ZipRefusedError('Its METADATA names no release of certifi.');
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  if (Number.isNaN(Date.parse(date)))
    throw new ZipRefusedError(`Its version ${year}.${month}.${day} is no day.`);
  return `${date.replaceAll('-', '.')}${more ?? ''}`;
}

/** `certifi/cacert.pem,sha256=<base64url>,<size>` (binary distribution format, "The .dist-info directory"). */
const recordedDigest = (record: string): string | null =>
  /^certifi\/cacert\.pem,sha256=([A-Za-z0-9_-]{43}),\d*\r?$/m.exec(record)?.[1] ?? null;
