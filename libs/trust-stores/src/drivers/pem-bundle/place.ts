import { dirname } from 'node:path';
import type { BundleRead } from '@trustfleet/certificates';
import type { StoreFileIdentity, TrustStorePorts } from '../../ports.ts';
import { bundleProvenance, whyNotOurs, type BundleProvenance } from './provenance.ts';

/** A path as programs name it, and what lies there. */
export interface Place {
  readonly path: string;
  /** Where a change goes: behind links, so that these stay. */
  readonly target: string;
  readonly kind: 'file' | 'directory' | 'missing' | 'danglingLink' | 'other';
  /** Of the target; null where there is none. */
  readonly identity: StoreFileIdentity | null;
  /** Null for a directory. */
  readonly read: BundleRead | null;
  readonly provenance: BundleProvenance;
}

export async function openPlace(ports: TrustStorePorts, path: string): Promise<Place> {
  const [identity = null] = await ports.identify([path]);
  const [entry = null] = await ports.identify([path], { followLinks: false });
  const read = identity?.kind === 'directory' ? null : await ports.readFile(path);
  const target = read?.realPath ?? path;
  return {
    path,
    target,
    kind: read?.state === 'unreadable' && identity === null ? 'other' : kindOf(identity, entry),
    identity,
    read,
    provenance: bundleProvenance([path, target]),
  };
}

function kindOf(identity: StoreFileIdentity | null, entry: StoreFileIdentity | null): Place['kind'] {
  if (identity === null) return entry === null ? 'missing' : 'danglingLink';
  return identity.kind === 'file' || identity.kind === 'directory' ? identity.kind : 'other';
}

/** Whoever may change the place, whatever it holds. Null where we may. */
export async function whyNotWritable(ports: TrustStorePorts, place: Place): Promise<string | null> {
  const theirs = whyNotOurs(place.provenance);
  if (theirs !== null) return theirs;
  if (place.read?.state === 'unreadable') return place.read.detail;
  const unfit = KIND_REASONS[place.kind];
  if (unfit !== undefined) return `${place.path} ${unfit}`;
  const stranger = ports.uid === 0 ? await strangerOn(ports, place.path) : null;
  if (stranger !== null) return stranger;
  const directory = place.kind === 'directory' ? place.path : dirname(place.target);
  return (await ports.isWritable(directory))
    ? null
    : `${directory} cannot be written by the agent: it is missing, belongs to another account or lies on a read-only file system`;
}

const KIND_REASONS: Readonly<Partial<Record<Place['kind'], string>>> = {
  danglingLink: 'is a link that leads nowhere: delete it, or make the file that it names',
  other: 'is no regular file',
};

/** security.md, "a local user": root writes nothing at a place that another account can turn into another one. */
async function strangerOn(ports: TrustStorePorts, path: string): Promise<string | null> {
  const { owners, writable } = await ports.inspectPath(path);
  if (writable !== null)
    return `${writable} can be written by its group or by others, who could turn the file into another one: take those rights away, or change the bundle as its user`;
  // 65534: real root's files inside a user namespace (tool-trust.ts).
  const owner = owners.find((uid) => uid !== 65534);
  return owner === undefined
    ? null
    : `uid ${owner} owns it or a directory on the way, and the agent as root writes nothing there: change the bundle as that user`;
}
