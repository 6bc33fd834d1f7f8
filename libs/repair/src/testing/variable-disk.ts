import { dirname } from 'node:path';
import { CA_VARIABLES, type CaVariable, type InventoryBundle } from '@trustfleet/protocol';
import { textOf, VARIABLE_FORMATS } from '@trustfleet/remedies';
import type { VariableAccess, VariableFiles } from '../variables/ports.ts';

export const ENVIRONMENT = '/etc/environment';
export const DROP_IN = '/etc/systemd/system/farm.service.d/zz-trustfleet.conf';
export const UNION = '/etc/trustfleet/ca-bundle.pem';

/** Files and directories in memory, which outlive the agents of a test; what is in them is on disk. */
export interface VariableDisk {
  readonly files: Map<string, string>;
  readonly directories: Set<string>;
  /** How often systemd was told. */
  readonly reloads: { count: number };
  access(trouble?: Trouble): VariableAccess;
}

export interface Trouble {
  /** The write with this number (from 1), and each after it, finds the disk full. */
  readonly fullFrom?: number;
  /** systemd says no the first so many times. */
  readonly reloadFails?: number;
}

const BUNDLE: InventoryBundle = {
  ...{ path: UNION, realPath: UNION, state: 'read', detail: null, sha256: null, size: null },
  ...{ anchors: ['a', 'b'].map((one) => one.repeat(64)), problems: [], opensslAccepts: true, provenance: [] },
};

const full = (): never => {
  throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
};

function variablesIn({ files }: Pick<VariableDisk, 'files'>): CaVariable[] {
  const read = (path: string, format: keyof typeof VARIABLE_FORMATS, owner: string | null): CaVariable[] =>
    CA_VARIABLES.flatMap((name) => {
      const value = VARIABLE_FORMATS[format].valueIn(files.get(path) ?? '', name);
      const scope = owner === null ? 'machine' : 'service';
      return value === null ? [] : [{ name, scope, owner, value, source: path }];
    });
  return [...read(ENVIRONMENT, 'etcEnvironment', null), ...read(DROP_IN, 'unitDropIn', 'farm.service')];
}

function missing({ directories }: Pick<VariableDisk, 'directories'>, path: string): string[] {
  const found: string[] = [];
  for (let at = path; at !== '/' && !directories.has(at); at = dirname(at)) found.unshift(at);
  return found;
}

function filesOf(disk: Pick<VariableDisk, 'files' | 'directories'>, trouble: Trouble): VariableFiles {
  const { directories, files } = disk;

  let writes = 0;
  return {
    readFile: (path) =>
      Promise.resolve(files.has(path) ? Buffer.from(files.get(path) ?? '', 'latin1') : null),
    attributes: (path) =>
      Promise.resolve(files.has(path) ? { plain: true, mode: 0o644, uid: 0, gid: 0 } : null),
    async writeFile(path, bytes) {
      await Promise.resolve();
      writes += 1;
      if (writes >= (trouble.fullFrom ?? Infinity)) full();
      if (!directories.has(dirname(path))) throw new Error(`${dirname(path)} is not there`);
      files.set(path, textOf(bytes));
    },
    removeFile: (path) => Promise.resolve(void files.delete(path)),
    sweep: () => Promise.resolve(),
    missingDirectories: (path) => Promise.resolve(missing(disk, path)),
    makeDirectory(path) {
      const made = missing(disk, path);
      for (const one of made) directories.add(one);
      return Promise.resolve(made);
    },
    removeEmptyDirectory(path) {
      if (![...files.keys()].some((file) => file.startsWith(`${path}/`))) directories.delete(path);
      return Promise.resolve();
    },
  };
}

export function createVariableDisk(text: string | null): VariableDisk {
  const files = new Map(text === null ? [] : [[ENVIRONMENT, text]]);
  const directories = new Set(['/etc', '/etc/systemd', '/etc/systemd/system']);
  const disk = { files, directories };
  const reloads = { count: 0 };
  return {
    ...disk,
    reloads,
    access(trouble = {}) {
      const own = filesOf(disk, trouble);
      let refusals = trouble.reloadFails ?? 0;
      return {
        platform: 'linux',
        facts: () => Promise.resolve({ variables: { variables: variablesIn(disk) } }),
        look: (_, value) =>
          Promise.resolve({
            certificates: new Map(),
            host: {
              ...{ root: '/', problem: null, home: null, sid: null, systemd: true, texts: new Map() },
              ...{ value: value === null ? null : BUNDLE, managers: [] },
            },
          }),
        files: () => Promise.resolve(own),
        registry: null,
        announce() {
          reloads.count += 1;
          refusals -= 1;
          return Promise.resolve(refusals >= 0 ? 'systemd did not read its units again' : null);
        },
      };
    },
  };
}
