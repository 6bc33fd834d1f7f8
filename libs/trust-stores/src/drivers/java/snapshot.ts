import { failed, messageOf } from '../../store-change.ts';
import { SnapshotFailed, type StoreChange, type StoreSnapshot } from '../../types.ts';
import { replace, type JavaStore } from './change.ts';
import { KeystoreError } from './keystore.ts';
import { parseKeystore } from './parse-keystore.ts';
import { readKeystore } from './read.ts';
import { whyNotReplaced } from './rights.ts';

/** The keystore, byte for byte: it is one file, and a few hundred KiB. */
export async function takeSnapshot({ ports, place }: JavaStore): Promise<StoreSnapshot> {
  const reading = await readKeystore(ports, place);
  if (reading.state !== 'read') throw new SnapshotFailed(reading.detail);
  const keystore = Buffer.from(reading.bytes).toString('base64');
  return { format: 1, driver: 'java', id: place.id, content: { keystore } };
}

export async function restore(store: JavaStore, snapshot: StoreSnapshot): Promise<StoreChange> {
  const { ports, place } = store;
  const after = keystoreOf(store, snapshot);
  if (after === null) return failed(`The snapshot is not one of ${place.id}: take it again from this store`);
  // Its bytes, whatever they are: a broken keystore is kept among the last versions too.
  const read = await ports.readFile(place.path, { asUser: place.reader });
  const before = read.state === 'read' ? read.bytes : null;
  if (before !== null && after.equals(before)) return { state: 'done', files: [], commands: [] };
  const refusal = await whyNotReplaced(ports, place);
  if (refusal !== null) return failed(refusal);
  try {
    return { state: 'done', files: await replace(store, { before, after }), commands: [] };
  } catch (error) {
    return failed(`${place.path} could not be restored: ${messageOf(error)}`);
  }
}

function keystoreOf({ place }: JavaStore, { driver, id, content }: StoreSnapshot): Buffer | null {
  if (driver !== 'java' || id !== place.id || typeof content !== 'object' || content === null) return null;
  if (!('keystore' in content) || typeof content.keystore !== 'string') return null;
  const bytes = Buffer.from(content.keystore, 'base64');
  try {
    parseKeystore(bytes);
    return bytes;
  } catch (error) {
    if (error instanceof KeystoreError) return null;
    throw error;
  }
}
