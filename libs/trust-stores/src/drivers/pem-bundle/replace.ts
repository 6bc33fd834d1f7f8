import { keepVersion } from '../../last-versions.ts';
import type { StoreAccount, TrustStorePorts } from '../../ports.ts';
import type { Place } from './place.ts';

export interface Replacement {
  readonly bytes: Uint8Array;
  /** Those of the file that is there, unless told otherwise. */
  readonly mode?: number;
  readonly owner?: StoreAccount;
}

/**
 * Puts other bytes in the place of the file: one step, the last versions beside it; not over what somebody else has written since the
 * place was opened. Throws the system's error; gives the paths written.
 */
export async function replaceFile(
  ports: TrustStorePorts,
  place: Place,
  { bytes, mode, owner }: Replacement,
): Promise<string[]> {
  const { target: path, identity, read } = place;
  const options = {
    mode: mode ?? (identity === null ? 0o644 : identity.mode & 0o777),
    // Only root gives files away.
    owner: ports.uid === 0 ? (owner ?? accountOf(place)) : undefined,
  };
  const before = read?.state === 'read' ? read.bytes : null;
  const versions =
    before === null || before.length === 0 ? [] : await keepVersion(ports, { path, before, options });
  if (!(await stillHolds(ports, path, before)))
    throw new Error('somebody else has changed it meanwhile, so it was left as it is; try again');
  await ports.writeFile(path, bytes, options);
  return [path, ...versions];
}

function accountOf({ identity }: Place): StoreAccount | undefined {
  return identity === null ? undefined : { uid: identity.uid, gid: identity.gid };
}

async function stillHolds(ports: TrustStorePorts, path: string, before: Uint8Array | null): Promise<boolean> {
  const now = await ports.readFile(path);
  if (now.state !== 'read') return before === null;
  return before !== null && Buffer.from(before).equals(now.bytes);
}
