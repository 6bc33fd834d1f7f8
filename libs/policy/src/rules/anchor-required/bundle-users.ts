import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import type { BundleProvenance, BundlesSection, InventoryBundle, TrustStore } from '@trustfleet/protocol';

/** One file with all who would load it, over every path by which they name it. */
export interface UsedBundle {
  readonly path: string;
  readonly bundle: InventoryBundle;
  readonly users: readonly BundleProvenance[];
}

/**
 * The bundles that this rule judges: each real file once; not the operating system's own bundle, which the store's finding is about; not
 * what only SSL_CERT_DIR names, which is a directory of hash-named files and no bundle (python-tls.md §3). What programs bring along for
 * themselves (pip, httplib2, each copy of shotgun_api3) is no bundle that anybody chose: whether its users fail is said by `endpointsVerify`,
 * and one finding for each anchor and copy in a bundle cache would bury the rest.
 */
export function usedBundles(section: BundlesSection, stores: readonly TrustStore[]): UsedBundle[] {
  const ofTheSystem = new Set(
    stores.filter((store) => store.operatingSystem).flatMap(({ bundle }) => [bundle.path, bundle.realPath]),
  );
  const byPath = new Map<string, UsedBundle>();
  for (const bundle of section.bundles) {
    const path = bundle.realPath ?? bundle.path;
    if (ofTheSystem.has(path)) continue;
    const before = byPath.get(path);
    const users = [...(before?.users ?? []), ...bundle.provenance.filter((user) => isChosen(user))];
    if (users.length > 0) byPath.set(path, { path, bundle: before?.bundle ?? bundle, users });
  }
  return [...byPath.values()];
}

function isChosen(user: BundleProvenance): boolean {
  return user.kind === 'certifi' || (user.kind === 'variable' && user.name !== 'SSL_CERT_DIR');
}

/** Roots that Node carries itself: the Mozilla programme's, which has all of these. */
const IN_NODE: ReadonlySet<string> = new Set(WELL_KNOWN_ROOTS.map(({ sha256 }) => sha256));

/**
 * Those who miss this anchor when the file lacks it. NODE_EXTRA_CA_CERTS only adds to the Mozilla roots that Node brings along, and a bad
 * file there is no more than a warning (python-tls.md §4), so that a public root is not missed; a studio's own CA is.
 */
export function usersThatNeed(
  anchor: string,
  users: readonly BundleProvenance[],
): readonly BundleProvenance[] {
  if (!IN_NODE.has(anchor)) return users;
  return users.filter((user) => user.kind !== 'variable' || user.name !== 'NODE_EXTRA_CA_CERTS');
}

/** For people, e.g. `REQUESTS_CA_BUNDLE (user anna)`, `certifi 2024.7.4 of /usr/bin/python3`. Sorted, each once. */
export function userNames(users: readonly BundleProvenance[]): string[] {
  return [...new Set(users.map(userName))].sort();
}

function userName(user: BundleProvenance): string {
  switch (user.kind) {
    case 'variable':
      return `${user.name} (${user.owner === null ? user.scope : `${user.scope} ${user.owner}`})`;
    case 'certifi':
      return words('certifi', user.version, 'of', user.python);
    case 'package':
      return words(user.name, user.version, 'of', user.python);
    case 'shotgunApi':
      return words('shotgun_api3', user.version, 'in', user.api);
    case 'pythonDefault':
      return words('default of', user.python);
    case 'option':
      return words(user.client, user.name, 'in', user.source);
    case 'code':
      return words('code in', user.path);
  }
}

function words(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).join(' ');
}
