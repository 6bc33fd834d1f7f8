import { createHash } from 'node:crypto';
import {
  bundlesSection,
  pythonsSection,
  shotgridSection,
  type SharedFrom,
  type ShotgridSection,
  type ShotgunApi,
} from '@trustfleet/protocol';
import type { SectionBody } from '../model/sections.ts';
import type { SharedInstall } from '../model/shared-installs.ts';
import { placeOfShared } from './place-of-shared.ts';

/** One object that a body names on a share. */
export interface FoundInstall extends Omit<SharedInstall, 'hosts' | 'differs'> {
  readonly place: string;
  /** As the host sees it. */
  readonly at: string;
  /** What findings name it by. */
  readonly location: string;
  readonly mount: string | null;
}

interface Seen {
  readonly kind: SharedInstall['kind'];
  readonly shared: SharedFrom | null | undefined;
  readonly path: string;
  readonly location: string;
  readonly version: string | null;
  /** What must be equal for two hosts to see the same; null where it could not be read. */
  readonly holds: unknown;
}

const BY_SECTION = new Map<string, (projection: object) => readonly Seen[]>([
  ['shotgrid', ofShotgrid],
  ['pythons', ofPythons],
  ['bundles', ofBundles],
]);

/** What a body says of objects on shares, in its own order; none for a section that names none or is not understood. */
export function installsOfSection({ name, projection }: SectionBody): readonly FoundInstall[] {
  if (projection === null) return [];
  return (BY_SECTION.get(name)?.(projection) ?? []).flatMap(foundInstall);
}

function foundInstall({ kind, shared, path, location, version, holds }: Seen): FoundInstall[] {
  const lies = shared === null || shared === undefined ? null : placeOfShared(shared);
  if (lies === null) return [];
  // Of a member of a zip the share holds the zip.
  const member = path.indexOf('.zip!');
  const below = member === -1 ? lies.path : `${lies.path}${path.slice(member + '.zip'.length)}`;
  const content = holds === null ? null : digestOf(holds);
  const place = digestOf([kind, lies.source, below]);
  return [
    {
      ...{ id: digestOf([place, content]), kind, place, source: lies.source, path: below },
      ...{ server: lies.server, version, content, at: path, location, mount: shared?.mount ?? null },
    },
  ];
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

function ofShotgrid(projection: object): Seen[] {
  const section = shotgridSection.safeParse(projection).data;
  if (section === undefined) return [];
  const apis = new Map(section.apis.map((api) => [api.path, api]));
  return [
    ...section.apis.map((api): Seen => ({
      ...{ kind: 'shotgunApi', shared: api.shared, path: api.path, location: api.location },
      ...{ version: api.version, holds: heldByApi(api) },
    })),
    ...section.cores.map((core): Seen => ({
      ...{ kind: 'toolkitCore', shared: core.shared, path: core.path, location: core.location },
      ...{ version: core.version, holds: heldByCore(core, apis) },
    })),
  ];
}

/** The code and the CA files that it brings, by their names below it. */
function heldByApi({ version, sha256, bundles, location }: ShotgunApi): unknown {
  if (sha256 === null || bundles.some((bundle) => bundle.sha256 === null)) return null;
  const files = bundles.map((bundle) => [belowLocation(bundle.path, location), bundle.sha256]);
  return [version, sha256, ...sorted(files)];
}

/** Of its own files only the version is read; the rest is what it vendors. */
function heldByCore(
  { version, apis, location }: ShotgridSection['cores'][number],
  known: ReadonlyMap<string, ShotgunApi>,
): unknown {
  const held = apis.map((path) => {
    const api = known.get(path);
    return [belowLocation(path, location), api === undefined ? null : heldByApi(api)];
  });
  if (version === null || held.some(([, one]) => one === null)) return null;
  return [version, ...sorted(held)];
}

function belowLocation(path: string, location: string): string {
  const inside = path.startsWith(location) ? path.slice(location.length) : path;
  return inside.replaceAll('\\', '/').replace(/^[/!]+/, '');
}

function sorted(rows: readonly (readonly unknown[])[]): unknown[] {
  return rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** The interpreter's version and the packages that decide about trust: what runs, not how a host came to know it. */
function ofPythons(projection: object): Seen[] {
  const pythons = pythonsSection.safeParse(projection).data?.pythons ?? [];
  return pythons.map(({ shared, path, version, packages }) => ({
    ...{ kind: 'python', shared, path, location: path, version },
    holds: [version, ...sorted(packages.map((one) => [one.name, one.version]))],
  }));
}

function ofBundles(projection: object): Seen[] {
  const bundles = bundlesSection.safeParse(projection).data?.bundles ?? [];
  return bundles.map(({ shared, path, sha256 }) => ({
    ...{ kind: 'bundle', shared, path, location: path, version: null, holds: sha256 },
  }));
}
