import { posix, win32 } from 'node:path';

/** Paths as the system that is looked at writes them, which in tests is not the one that looks. */
export interface Paths {
  readonly delimiter: string;
  readonly join: (...parts: string[]) => string;
  readonly parent: (path: string) => string;
  readonly name: (path: string) => string;
  readonly isAbsolute: (path: string) => boolean;
  readonly isInside: (path: string, directory: string) => boolean;
  /** Names from the root down. */
  readonly parts: (path: string) => string[];
  /** As the machine writes it → as it lies below `root`. */
  readonly below: (root: string, path: string) => string;
}

export function createPaths(platform: 'linux' | 'windows' | 'macos'): Paths {
  const own = platform === 'windows' ? win32 : posix;
  const comparable = (path: string): string => (platform === 'windows' ? path.toLowerCase() : path);
  return {
    delimiter: own.delimiter,
    join: (...parts) => own.join(...parts),
    parent: (path) => own.dirname(path),
    name: (path) => own.basename(path),
    isAbsolute: (path) =>
      platform === 'windows' ? /^([a-z]:[\\/]|[\\/]{2})/i.test(path) : own.isAbsolute(path),
    isInside(path, directory) {
      const [inner, outer] = [comparable(path), comparable(directory.replace(/(.)[\\/]+$/, '$1'))];
      return inner === outer || inner.startsWith(outer.endsWith(own.sep) ? outer : outer + own.sep);
    },
    parts: (path) => path.split(platform === 'windows' ? /[\\/]+/ : /\/+/).filter((part) => part !== ''),
    below: (root, path) => (root === '/' ? path : own.join(root, path)),
  };
}

/** Order by code units: the same on every host and in every locale. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By the numbers in it: `v0.9.1` before `v0.18.164` (Toolkit takes the highest tag). */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersIn(a), numbersIn(b)];
  const longer = left.length > right.length ? left : right;
  for (const at of longer.keys()) {
    const difference = (left[at] ?? -1) - (right[at] ?? -1);
    if (difference !== 0) return difference;
  }
  return compare(a, b);
}

function numbersIn(text: string): number[] {
  return (text.match(/\d+/g) ?? []).map(Number);
}
