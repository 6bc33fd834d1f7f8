import type { Scan } from '../access/scan.ts';
import type { Reader } from '../access/rights.ts';
import { createView, type View } from '../access/view.ts';
import { expand, surroundingsOf } from '../configurations/expand.ts';

/** Where one account's Toolkit keeps what it has downloaded (shotgrid.md §2.1, "Cache roots"). */
export interface CacheRoots {
  readonly view: View;
  /** CACHE and PERSISTENT: sites, bootstrapped configurations, Desktop's own installs. */
  readonly roots: readonly string[];
  /** The configuration that TANK_CURRENT_PC names; null where it names none. */
  readonly current: string | null;
  /** In the order in which Toolkit searches them: the fallbacks come first. */
  readonly bundleCaches: readonly string[];
}

/** Of each person that this agent can read as, and of the account that it runs as. */
export function cacheRoots(scan: Scan): CacheRoots[] {
  const homes = scan.people.map(({ account, reader }) => rootsOf(scan, { home: account.home, reader }));
  const { processEnv } = scan.options;
  const own = processEnv['HOME'] ?? processEnv['USERPROFILE'] ?? null;
  if (own === null && processEnv['APPDATA'] === undefined) return homes;
  const known = scan.people.some(({ reader }) => reader === null);
  return known ? homes : [...homes, rootsOf(scan, { home: own ?? '', reader: null })];
}

function rootsOf(scan: Scan, of: { readonly home: string; readonly reader: Reader }): CacheRoots {
  const { join, isAbsolute, delimiter } = scan.paths;
  const surroundings = surroundingsOf(scan, of.reader);
  const path = (text: string | undefined): string[] => {
    const expanded = text === undefined ? '' : expand(text, { surroundings, platform: scan.ports.platform });
    return isAbsolute(expanded) ? [expanded] : [];
  };
  const moved = path(surroundings.lookup('SHOTGUN_HOME'));
  const roots = [...moved, ...defaults(scan, of)];
  const named = path(surroundings.lookup('SHOTGUN_BUNDLE_CACHE_PATH'));
  const fallbacks = (surroundings.lookup('SHOTGUN_BUNDLE_CACHE_FALLBACK_PATHS') ?? '')
    .split(delimiter)
    .slice(0, MOST_FALLBACKS)
    .flatMap((one) => path(one));
  return {
    view: createView(scan, of.reader),
    roots: unique(roots),
    current: path(surroundings.lookup('TANK_CURRENT_PC'))[0] ?? null,
    bundleCaches: unique([...fallbacks, ...named, ...roots.map((root) => join(root, 'bundle_cache'))]),
  };
}

const MOST_FALLBACKS = 20;

function defaults(scan: Scan, of: { readonly home: string; readonly reader: Reader }): string[] {
  const { join } = scan.paths;
  const { platform } = scan.ports;
  if (platform === 'linux') return [join(of.home, '.shotgun')];
  if (platform === 'macos')
    return [
      join(of.home, 'Library', 'Caches', 'Shotgun'),
      join(of.home, 'Library', 'Application Support', 'Shotgun'),
    ];
  const roaming = of.home === '' ? [] : [join(of.home, 'AppData', 'Roaming', 'Shotgun')];
  const named = of.reader === null ? scan.options.processEnv['APPDATA'] : undefined;
  return named === undefined ? roaming : [join(named, 'Shotgun'), ...roaming];
}

function unique(paths: readonly string[]): string[] {
  return [...new Set(paths)];
}
