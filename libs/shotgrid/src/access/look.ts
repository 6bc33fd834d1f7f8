import { NOBODY, type ShotgridIdentity } from '../ports.ts';
import type { Reader } from './rights.ts';
import type { Scan } from './scan.ts';
import type { SharedFrom, Standing } from './shares.ts';

/** What lies at a path, as far as metadata tell. */
export interface There {
  readonly state: 'there';
  /** With whose rights it may be opened. */
  readonly reader: Reader;
  readonly identity: ShotgridIdentity;
  readonly shared: SharedFrom | null;
}
export type Look = { readonly state: 'missing' | 'leftAlone' } | There;

interface At {
  readonly path: string;
  /** The rights that were decided before; null: as the path allows. */
  readonly fixed: Reader;
}

/** Asks the mount table first, for a link too where it leads: nothing on a share that is left alone is touched. */
export async function lookAt(scan: Scan, at: At): Promise<Look> {
  const standing = await scan.shares.standing(at.path);
  if (standing.state !== 'local') return await notLocal(scan, { ...at, standing });
  const own = await identityOf(scan, { path: at.path, followLinks: false });
  if (own === null) return { state: 'missing' };
  if (own.kind === 'link') return await behindLink(scan, at);
  const directory = own.kind === 'directory' ? at.path : scan.paths.parent(at.path);
  return local(own, at.fixed ?? (await scan.rights.inside(directory)));
}

/** For one answer of a share; the first that takes longer ends all of that share. */
export const SHARE_TIMEOUT_MS = 3000;

/** This machine's root is nobody on a share, and a link there may lead back here: read as `nobody` too. */
async function notLocal(
  scan: Scan,
  at: At & { readonly standing: Exclude<Standing, { readonly state: 'local' }> },
): Promise<Look> {
  if (at.standing.state === 'leftAlone') return { state: 'leftAlone' };
  const { shared } = at.standing;
  const reader = at.fixed ?? (scan.ports.canActAs ? NOBODY : null);
  const identity = await scan.ports.identifyApart(at.path, {
    timeoutMs: SHARE_TIMEOUT_MS,
    ...(reader === null ? {} : { asUser: reader }),
  });
  if (identity === null) return { state: 'missing' };
  if (identity !== 'noAnswer') return { state: 'there', reader, identity, shared };
  scan.shares.gaveNoAnswer(at.path, shared);
  return { state: 'leftAlone' };
}

async function behindLink(scan: Scan, at: At): Promise<Look> {
  const identity = await identityOf(scan, { path: at.path, followLinks: true });
  if (identity === null) return { state: 'missing' };
  return local(identity, at.fixed ?? (await scan.rights.through(at.path)));
}

async function identityOf(
  scan: Scan,
  of: { readonly path: string; readonly followLinks: boolean },
): Promise<ShotgridIdentity | null> {
  const [identity] = await scan.ports.identify([of.path], { followLinks: of.followLinks });
  return identity ?? null;
}

function local(identity: ShotgridIdentity, reader: Reader): There {
  return { state: 'there', reader, identity, shared: null };
}
