import type { HostFacts } from '@trustfleet/policy';
import type { BundleFile } from '@trustfleet/protocol';
import { UNION_BUNDLE_PATHS, type BundleDeployParameters } from './schema.ts';
import type { BundleContext } from './context.ts';

type Platform = BundleContext['platform'];

/** Versions that stand beside the union bundle, the current one among them. */
export const KEPT_BUNDLES = 3;

/** Where the union bundle of these facts stands. */
export const unionPath = ({ host, platform }: Pick<BundleContext, 'host' | 'platform'>): string =>
  host?.path ?? UNION_BUNDLE_PATHS[platform];

/** Where a version of the bundle at `path` is kept: named by its content. */
export const keptBundlePath = (path: string, sha256: string): string =>
  path.replace(/\.pem$/, `.${sha256.slice(0, 16)}.pem`);

/** Do two paths name the same place? Windows knows neither case nor direction of slashes. */
export function isSamePath(platform: Platform, a: string, b: string): boolean {
  if (platform !== 'windows') return a === b;
  const plain = (path: string): string => path.replaceAll('/', '\\').toLowerCase();
  return plain(a) === plain(b);
}

interface Naming {
  readonly name: string;
  readonly value: string;
  readonly source: string;
}

/** What of the host's facts names the path, for a person: `SSL_CERT_FILE (/etc/environment)`. Each once. */
export function whoNames(
  facts: Pick<HostFacts, 'variables'>,
  place: { readonly platform: Platform; readonly path: string },
): string[] {
  const { variables = [], settings = [], options = [] } = facts.variables ?? {};
  const naming: readonly Naming[] = [
    ...variables,
    ...settings,
    ...options.map(({ name, value, definedIn }) => ({ name, value, source: definedIn })),
  ];
  return [
    ...new Set(
      naming
        .filter(({ value }) => isSamePath(place.platform, value, place.path))
        .map(({ name, source }) => `${name} (${source})`),
    ),
  ].sort();
}

/** The union bundle as the next scan should find it. */
export function unionBundleFile(
  { bundle: sha256 }: Pick<BundleDeployParameters, 'bundle'>,
  context: BundleContext,
): BundleFile {
  const path = unionPath(context);
  return {
    ...{ path, realPath: path, state: 'read', detail: null, sha256, size: context.bundle.size },
    ...{ anchors: [...context.bundle.anchors], problems: [], opensslAccepts: true },
  };
}
