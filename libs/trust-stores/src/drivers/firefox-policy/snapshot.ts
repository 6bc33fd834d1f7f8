import { failed, messageOf } from '../../store-change.ts';
import { SnapshotFailed, type StoreChange, type StoreSnapshot } from '../../types.ts';
import type { PolicyStore } from './change.ts';
import { isOwnName } from './layout.ts';
import { readPolicyFile, whyNotChangeable } from './read.ts';

interface Content {
  /** `policies.json`, base64; null where it was not there. */
  readonly policies: string | null;
  /** Our PEM files by name, base64. */
  readonly files: Readonly<Record<string, string>>;
}

/** The machine's file and our own files beside it, byte for byte. */
export async function takeSnapshot(store: PolicyStore): Promise<StoreSnapshot> {
  const { ports, layout } = store;
  const file = await readPolicyFile(ports, layout.machineFile);
  if (file.state === 'unreadable') throw new SnapshotFailed(file.detail);
  const files: Record<string, string> = {};
  for (const name of await ownNames(store)) {
    const read = await ports.readFile(`${layout.ownFolder}/${name}`);
    if (read.state !== 'read') throw new SnapshotFailed(read.detail);
    files[name] = Buffer.from(read.bytes).toString('base64');
  }
  const policies = file.state === 'read' ? Buffer.from(file.bytes).toString('base64') : null;
  return { format: 1, driver: 'firefox.policy', id: 'firefox.policy', content: { policies, files } };
}

async function ownNames({ ports, layout }: PolicyStore): Promise<readonly string[]> {
  const listing = await ports.listDirectory(layout.ownFolder);
  return listing.state === 'listed' ? listing.entries.map(({ name }) => name).filter(isOwnName) : [];
}

export async function restore(store: PolicyStore, snapshot: StoreSnapshot): Promise<StoreChange> {
  const content = contentOf(snapshot);
  if (content === null)
    return failed('The snapshot is not one of firefox.policy: take it again from this store');
  const files: string[] = [];
  const refusal = await whyNotChangeable(store.ports, store.layout);
  if (refusal !== null) return failed(refusal);
  try {
    await bringBack(store, { content, files });
    return { state: 'done', files, commands: [] };
  } catch (error) {
    return failed(`${store.layout.ownFolder} could not be restored: ${messageOf(error)}`, { files });
  }
}

async function bringBack(
  store: PolicyStore,
  { content, files }: { content: Content; files: string[] },
): Promise<void> {
  const { ports, layout } = store;
  const wanted = new Map<string, string | null>();
  for (const name of await ownNames(store)) wanted.set(`${layout.ownFolder}/${name}`, null);
  for (const [name, bytes] of Object.entries(content.files)) wanted.set(`${layout.ownFolder}/${name}`, bytes);
  // The policy comes after the files that it names.
  wanted.set(layout.machineFile, content.policies);
  for (const [path, base64] of wanted) {
    const [was] = await ports.identify([path]);
    if (base64 === null) {
      if (await ports.removeFile(path)) files.push(path);
      continue;
    }
    const bytes = Buffer.from(base64, 'base64');
    const now = await ports.readFile(path);
    if (now.state === 'read' && bytes.equals(now.bytes)) continue;
    await ports.makeDirectory(layout.ownFolder);
    await ports.writeFile(path, bytes, was == null ? { mode: 0o644 } : { mode: was.mode, owner: was });
    files.push(path);
  }
}

function contentOf({ driver, content }: StoreSnapshot): Content | null {
  if (driver !== 'firefox.policy' || !isObject(content)) return null;
  const { policies, files } = content;
  if ((policies !== null && typeof policies !== 'string') || !isObject(files)) return null;
  const found = Object.entries(files);
  const own = found.every(
    (entry): entry is [string, string] => isOwnName(entry[0]) && typeof entry[1] === 'string',
  );
  return own ? { policies, files: Object.fromEntries(found) } : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
