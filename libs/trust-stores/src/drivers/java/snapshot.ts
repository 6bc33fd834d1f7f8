import { failed } from '../../store-change.ts';
import { SnapshotFailed, type StoreChange, type StoreSnapshot } from '../../types.ts';
import { replace, type JavaStore } from './change.ts';
import { KeystoreError } from './keystore.ts';
import { parseKeystore } from './parse-keystore.ts';
import { readKeystore } from './read.ts';
import { whyNotReplaced } from './rights.ts';

/** The keystore, byte for byte: it is one file, and a few hundred KiB. */
export async function takeSnapshot({ ports, place }: JavaStore): Promise<StoreSnapshot> {
  const reading = await readKeystore(ports, place.path);
  if (reading.state !== 'read') throw new SnapshotFailed(reading.detail);
  const keystore = Buffer.from(reading.bytes).toString('base64');
  return { format: 1, driver: 'java', id: place.id, content: { keystore } };
}

export async function restore(store: JavaStore, snapshot: StoreSnapshot): Promise<StoreChange> {
  const { ports, place } = store;
  const after = keystoreOf(store, snapshot);
  if (after === null) return failed(`The snapshot is not one of ${place.id}: take it again from this store`);
  const reading = await readKeystore(ports, place.path);
  if (reading.state === 'read' && after.equals(reading.bytes))
    return { state: 'done', files: [], commands: [] };
  const refusal = await whyNotReplaced(ports, place);
  if (refusal !== null) return failed(refusal);
  try {
    const before = reading.state === 'read' ? reading.bytes : new Uint8Array();
    return { state: 'done', files: [await replace(store, { before, after })], commands: [] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failed(`${place.path} could not be restored: ${reason}`);
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
