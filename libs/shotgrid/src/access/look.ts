import { NOBODY, type ShotgridIdentity } from '../ports.ts';
import type { Reader } from './rights.ts';
import type { Scan } from './scan.ts';
import type { SharedFrom, Standing } from './shares.ts';

/** What lies at a path, as far as metadata tell. */
export interface There {
  readonly state: 'there';
  /** With whose rights it may be opened. */
  readonly reader: Reader;
  /** Null on a share, where even a look may have no answer. */
  readonly identity: ShotgridIdentity | null;
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
  if (standing.state !== 'local') return notLocal(scan, { ...at, standing });
  const own = await identityOf(scan, { path: at.path, followLinks: false });
  if (own === null) return { state: 'missing' };
  if (own.kind === 'link') return await behindLink(scan, at);
  const directory = own.kind === 'directory' ? at.path : scan.paths.parent(at.path);
  return local(own, at.fixed ?? (await scan.rights.inside(directory)));
}

/** This machine's root is nobody on a share, and a link there may lead back here: read as `nobody` too. */
function notLocal(
  scan: Scan,
  at: At & { readonly standing: Exclude<Standing, { readonly state: 'local' }> },
): Look {
  if (at.standing.state === 'leftAlone') return { state: 'leftAlone' };
  const reader = at.fixed ?? (scan.ports.canActAs ? NOBODY : null);
  return { state: 'there', reader, identity: null, shared: at.standing.shared };
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
