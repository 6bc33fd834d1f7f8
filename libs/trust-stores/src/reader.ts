import type { StoreAccount, TrustStorePorts } from './ports.ts';

const NOBODY: StoreAccount = { uid: 65_534, gid: 65_534 };

/**
 * Whose rights a file is read with (security.md, "a local user"): where one account can make the path lead elsewhere, that account's, where
 * several can, nobody's. Undefined for the agent's own.
 */
export async function readerOf(ports: TrustStorePorts, path: string): Promise<StoreAccount | undefined> {
  if (ports.uid !== 0) return undefined;
  const { owners, writable } = await ports.inspectPath(path);
  const [owner, ...more] = owners.filter((uid) => uid !== NOBODY.uid);
  if (writable !== null || more.length > 0) return NOBODY;
  if (owner === undefined) return undefined;
  const [file] = await ports.identify([path]);
  return { uid: owner, gid: file?.uid === owner ? file.gid : NOBODY.gid };
}
