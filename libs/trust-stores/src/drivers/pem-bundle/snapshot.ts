import { pemBlocks } from '@trustfleet/certificates';
import type { TrustStorePorts } from '../../ports.ts';
import { failed, messageOf } from '../../store-change.ts';
import { SnapshotFailed, type StoreChange, type StoreSnapshot } from '../../types.ts';
import { restoreDirectory, snapshotOfDirectory } from './directory.ts';
import { bundleId } from './layout.ts';
import { openPlace, whyNotWritable, type Place } from './place.ts';
import { replaceFile } from './replace.ts';

const DRIVER = 'pem-bundle';
/** Base64 makes less than 32 MiB of it, the limit of a snapshot's content. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Null content: there was no file. */
interface BundleContent {
  readonly file: KeptFile | null;
}

interface KeptFile {
  /** Base64. */
  readonly content: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export async function takeSnapshot(ports: TrustStorePorts, path: string): Promise<StoreSnapshot> {
  const { kind, read, identity } = await openPlace(ports, path);
  const id = bundleId(path);
  if (kind === 'missing') return { format: 1, driver: DRIVER, id, content: { file: null } };
  if (kind === 'directory') return await snapshotOfDirectory(ports, path);
  if (kind !== 'file' || read?.state !== 'read' || identity === null)
    throw new SnapshotFailed(`${path} is no file that can be read, so it cannot be brought back`);
  if (read.bytes.length > MAX_BYTES) throw new SnapshotFailed(`${path} is larger than 16 MiB`);
  if (holdsKey(read.bytes)) throw new SnapshotFailed(`${path} holds a private key, which is not copied`);
  const content: BundleContent = {
    file: {
      content: Buffer.from(read.bytes).toString('base64'),
      ...{ mode: identity.mode & 0o777, uid: identity.uid, gid: identity.gid },
    },
  };
  return { format: 1, driver: DRIVER, id, content };
}

/** Byte for byte; what stood there before goes to the versions beside it. A file that was not there goes, and its versions stay. */
export async function restore(
  ports: TrustStorePorts,
  path: string,
  snapshot: StoreSnapshot,
): Promise<StoreChange> {
  const place = await openPlace(ports, path);
  if (place.kind === 'directory') return await restoreDirectory(ports, place, snapshot);
  const content = contentOf(snapshot, path);
  if (content === null) return failed(`The snapshot is damaged, or not one of ${path}`);
  const refusal = await whyNotWritable(ports, place);
  if (refusal !== null) return failed(refusal);
  try {
    const files =
      content.file === null ? await removeAt(ports, place) : await putBack(ports, place, content.file);
    return { state: 'done', files, commands: [] };
  } catch (error) {
    return failed(`${path} could not be written: ${messageOf(error)}`);
  }
}

async function removeAt(ports: TrustStorePorts, { kind, target }: Place): Promise<string[]> {
  return kind === 'file' && (await ports.removeFile(target)) ? [target] : [];
}

async function putBack(ports: TrustStorePorts, place: Place, file: KeptFile): Promise<string[]> {
  const { identity, read } = place;
  const { mode, uid, gid } = file;
  const bytes = Buffer.from(file.content, 'base64');
  const same = read?.state === 'read' && bytes.equals(read.bytes) && identity !== null;
  if (same && (identity.mode & 0o777) === mode) return [];
  return await replaceFile(ports, place, { bytes, mode, owner: { uid, gid } });
}

function holdsKey(bytes: Uint8Array): boolean {
  return pemBlocks(Buffer.from(bytes).toString('latin1')).some(({ label }) => label.endsWith('PRIVATE KEY'));
}

/** A snapshot may have lain in a journal. */
function contentOf(snapshot: StoreSnapshot, path: string): BundleContent | null {
  const { content, driver, id } = snapshot;
  const format: number = snapshot.format;
  if (format !== 1 || driver !== DRIVER || id !== bundleId(path)) return null;
  if (typeof content !== 'object' || content === null || !('file' in content)) return null;
  return content.file === null || isFile(content.file) ? (content as BundleContent) : null;
}

function isFile(file: unknown): boolean {
  if (typeof file !== 'object' || file === null) return false;
  const { content, mode, uid, gid } = file as Partial<Record<string, unknown>>;
  const numbers = [mode, uid, gid].every((value) => Number.isInteger(value) && Number(value) >= 0);
  return numbers && Number(mode) <= 0o777 && typeof content === 'string' && isBase64(content);
}

function isBase64(text: string): boolean {
  return Buffer.from(text, 'base64').toString('base64') === text;
}
