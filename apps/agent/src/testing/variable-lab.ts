import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { createHost } from '@trustfleet/host';
import type { Order } from '@trustfleet/protocol';
import {
  createVariableSet,
  createVariableUnset,
  type OpenedRemedy,
  type VariableAccess,
} from '@trustfleet/repair';
import { createVariableAccess } from '../variable-access.ts';

export const ARTIST = { uid: 4242, gid: 4242 };

export interface VariableLab {
  readonly root: string;
  /** A bundle of three roots. */
  readonly bundle: string;
  readonly access: VariableAccess;
  at(path: string): string;
  text(path: string): Promise<string | null>;
  put(path: string, content: string | Uint8Array): Promise<void>;
  /** Every file below `etc` and `home`, with its content. */
  tree(): Promise<Readonly<Record<string, string>>>;
  set(parameters: Record<string, unknown>): OpenedRemedy;
  unset(parameters: Record<string, unknown>): OpenedRemedy;
  remove(): Promise<void>;
}

const orderOf = (parameters: Record<string, unknown>): Order =>
  ({ parameters, notBefore: '2026-11-22T09:00:00.000Z' }) as unknown as Order;

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function treeOf(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const top of ['etc', 'home'])
    for (const entry of await readdir(join(root, top), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      found[path.slice(root.length)] = entry.isFile()
        ? await readFile(path, 'latin1')
        : entry.isDirectory()
          ? 'directory'
          : 'link';
    }
  return found;
}

/** A machine of files: an account, a unit and a bundle of its own. Real files, real accounts' rights. */
export async function createVariableLab(): Promise<VariableLab> {
  const root = await mkdtemp(join(tmpdir(), 'trustfleet-variables-'));
  await chmod(root, 0o755);
  const at = (path: string): string => join(root, path);
  const put = async (path: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(dirname(at(path)), { recursive: true, mode: 0o755 });
    await writeFile(at(path), content, { mode: 0o644 });
  };
  const pem = (count: number): string =>
    WELL_KNOWN_ROOTS.slice(0, count)
      .map((one) => one.pem)
      .join('\n');
  await put('etc/passwd', 'artist:x:4242:4242::/home/artist:/bin/bash\n');
  await put('etc/trustfleet/ca-bundle.pem', pem(3));
  await put('etc/trustfleet/one.pem', pem(1));
  await put('etc/systemd/system/farm.service', '[Service]\nExecStart=/bin/true\n');
  await mkdir(at('home/artist'), { recursive: true });
  await chown(at('home/artist'), ARTIST.uid, ARTIST.gid);
  const access = createVariableAccess({ host: createHost(), root, registry: null });
  const opened = (executor: ReturnType<typeof createVariableSet>, parameters: Record<string, unknown>) => {
    const remedy = executor.open(orderOf(parameters), new Map());
    if ('state' in remedy) throw new Error(`${remedy.state}: ${remedy.detail}`);
    return remedy;
  };
  return {
    ...{ root, bundle: at('etc/trustfleet/ca-bundle.pem'), access, at, put },
    text: (path) => textOf(at(path)),
    tree: () => treeOf(root),
    set: (parameters) => opened(createVariableSet(access), parameters),
    unset: (parameters) => opened(createVariableUnset(access), parameters),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
