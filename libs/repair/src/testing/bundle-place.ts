import { rootCertificates } from 'node:tls';
import { lstat, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeUnionBundle, pemToDer, sha256Hex } from '@trustfleet/certificates';
import type { HostFacts } from '@trustfleet/policy';
import type { BundleAccess } from '../bundle-deploy/ports.ts';

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

async function ifThere<T>(work: Promise<T>): Promise<T | null> {
  return work.catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
}

/** How a write goes wrong. */
export interface Trouble {
  /** There is no space from this write on, counted from 1. */
  readonly fullFrom?: number;
  /** Half of the bytes arrive of what has this SHA-256. */
  readonly cutsShort?: string;
}

/** The place of a union bundle in a test's own tree; `facts` are what the host says of its variables and stores. */
export function createBundlePlace(
  root: string,
  { facts = {}, trouble = {} }: { readonly facts?: HostFacts; readonly trouble?: Trouble } = {},
): BundleAccess {
  const path = join(root, 'etc/trustfleet/ca-bundle.pem');
  let writes = 0;
  return {
    ...{ platform: 'linux', path },
    facts: () => Promise.resolve(facts),
    placeProblem: () => Promise.resolve(null),
    async makePlace() {
      await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    },
    async listPlace() {
      const names = (await ifThere(readdir(dirname(path)))) ?? [];
      const dated = await Promise.all(
        names.map(async (name) => ({ name, at: (await lstat(join(dirname(path), name))).mtimeMs })),
      );
      return dated.sort((a, b) => a.at - b.at).map(({ name }) => join(dirname(path), name));
    },
    readFile: (file) => ifThere(readFile(file)),
    async attributes(file) {
      const found = await ifThere(lstat(file));
      return found && { plain: found.isFile(), mode: found.mode & 0o7777, uid: found.uid, gid: found.gid };
    },
    async writeFile(file, bytes, attributes) {
      writes += 1;
      if (trouble.fullFrom !== undefined && writes >= trouble.fullFrom)
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      const temporary = `${dirname(file)}/.${file.slice(dirname(file).length + 1)}.0.tmp`;
      await rm(temporary, { force: true });
      const handle = await open(temporary, 'wx', 0o600);
      await handle.writeFile(
        trouble.cutsShort === sha256Hex(bytes) ? bytes.subarray(0, bytes.length / 2) : bytes,
      );
      await handle.chmod(attributes?.mode ?? 0o644);
      await handle.sync();
      await handle.close();
      await rename(temporary, file);
    },
    removeFile: (file) => rm(file, { force: true }),
    sweep: (file) => rm(`${dirname(file)}/.${file.slice(dirname(file).length + 1)}.0.tmp`, { force: true }),
  };
}

/** Union bundles that differ, of some of the public roots that Node carries. */
export function unionOf(roots: number): { readonly bytes: Uint8Array; readonly sha256: string } {
  const union = makeUnionBundle({
    ...{ publicList: rootCertificates.slice(0, roots).map(pemToDer), kept: [], studio: [] },
    at: new Date('2026-11-22T00:00:00.000Z'),
  });
  if (union.kind !== 'made') throw new Error(union.reason);
  return union;
}
