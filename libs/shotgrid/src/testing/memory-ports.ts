import { posix, win32 } from 'node:path';
import type { ShotgridEntry, ShotgridIdentity, ShotgridPorts, UserAccount } from '../ports.ts';

/** A machine of another system in memory: files by their absolute paths as that system writes them. */
export interface MemoryMachine {
  readonly platform: 'windows' | 'macos';
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly users?: readonly UserAccount[];
  readonly uid?: number;
}

export function memoryPorts(machine: MemoryMachine): ShotgridPorts {
  const { platform, files } = machine;
  const paths = platform === 'windows' ? win32 : posix;
  const same = (path: string): string =>
    platform === 'windows' ? paths.normalize(path).toLowerCase() : path;
  const contents = new Map(
    Object.entries(files).map(([path, content]) => [same(path), Buffer.from(content as string)]),
  );
  const children = new Map<string, Map<string, ShotgridEntry>>();
  for (const file of Object.keys(files)) {
    let kind: ShotgridEntry['kind'] = 'file';
    for (let path = file; paths.dirname(path) !== path; path = paths.dirname(path)) {
      const directory = children.get(same(paths.dirname(path))) ?? new Map<string, ShotgridEntry>();
      directory.set(paths.basename(path), { name: paths.basename(path), kind });
      children.set(same(paths.dirname(path)), directory);
      kind = 'directory';
    }
  }
  const identify = (path: string): ShotgridIdentity | null => {
    const kind = children.has(same(path)) ? 'directory' : contents.has(same(path)) ? 'file' : null;
    return kind === null ? null : { kind, identity: same(path), settled: true, mode: 0o755, uid: 0 };
  };
  return {
    platform,
    uid: machine.uid ?? -1,
    canActAs: false,
    users: () => Promise.resolve({ users: machine.users ?? [], detail: null }),
    readFile(path) {
      const bytes = contents.get(same(path));
      return Promise.resolve(
        bytes === undefined
          ? { state: 'missing', detail: `${path} does not exist`, size: null, realPath: null }
          : { state: 'read', bytes, size: bytes.length, realPath: path },
      );
    },
    listDirectory(path) {
      const entries = children.get(same(path));
      return Promise.resolve(
        entries === undefined
          ? { state: 'missing', detail: `${path} does not exist` }
          : {
              state: 'listed',
              entries: [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
              truncated: false,
            },
      );
    },
    inspectPath: () => Promise.resolve({ state: 'resolved', owners: [], writable: null }),
    identify: (all) => Promise.resolve(all.map(identify)),
    identifyApart: (path) => Promise.resolve(identify(path)),
    networkShare: (path) =>
      Promise.resolve(/^([\\/]{2}|Z:)/i.test(path) ? { type: 'network drive', export: '' } : null),
  };
}
