import { spawn } from 'node:child_process';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { HostFacts } from '@trustfleet/policy';
import type { ShotgunApi, ToolkitConfiguration, ToolkitCore } from '@trustfleet/protocol';
import { doTreeWork } from '../../code-trees/tree-work.ts';
import type { FileAccess } from '../../guarded-files/ports.ts';
import type { CoreAccess } from '../ports.ts';

export const SECRET = 'n0t-to-be-told';

/** How the `tank` of the tests behaves; it asks its question first, says what the real one says, and prints a secret. */
export type TankBehaviour = 'updates' | 'blocked' | 'partial' | 'upToDate' | 'asksMore' | 'dies';

const TANK = `#!/bin/sh
# What tank core does, as the vendor documents it (shotgrid.md §2.3): asks, copies the old core away, lays the new one over it.
root=$(dirname "$0"); version=$3; behaviour=$(cat "$root/behaviour")
cat "$root/config/core/shotgun.yml"
echo "You are currently running version $(sed -n 's/^version: //p' "$root/install/core/info.yml")"
case "$behaviour" in
  upToDate) echo "No need to update the Toolkit Core API at this time!"; exit 0;;
  blocked) echo "The requested version of core requires a more recent version (8.50) of Shotgun!"; exit 0;;
  dies) echo "Traceback: could not connect" >&2; exit 3;;
esac
printf "Update to %s of the Core API? [yn] " "$version"; read answer
[ "$answer" = y ] || { echo "will not be updated"; exit 0; }
[ "$behaviour" = asksMore ] && { printf "Login: "; read login; read password; exit 1; }
stamp=$(cat "$root/stamp"); mkdir -p "$root/install/core.backup"
cp -R "$root/install/core" "$root/install/core.backup/$stamp"
if [ "$behaviour" = partial ]; then
  cp "$root/store/$version/info.yml" "$root/install/core/info.yml"
  echo "The Toolkit Core API has been updated!"; exit 0
fi
rm -rf "$root/install/core"; cp -R "$root/store/$version" "$root/install/core"
printf '# written by the update\\nlocation: {name: tk-core, type: app_store, version: %s}\\n' "$version" > "$root/config/core/core_api.yml"
echo "The Toolkit Core API has been updated!"
`;

const OLD = { core: 'v0.21.7', api: '3.6.2' };
export const NEW = { core: 'v0.24.0', api: '3.10.3' };

/** dict form, with what an editor must not touch. */
export const CORE_API = `# ask Ana first\r
location: {name: tk-core, type: app_store,   version: ${OLD.core}} # pinned\r
`;

async function writeCore(path: string, { core, api }: typeof OLD): Promise<void> {
  const vendored = join(path, 'python/tank_vendor/shotgun_api3');
  await mkdir(vendored, { recursive: true });
  await writeFile(join(path, 'info.yml'), `display_name: core\nversion: ${core}\n`);
  await writeFile(join(path, '_core_upgrader.py'), `# of ${core}\n`);
  await writeFile(join(vendored, 'shotgun.py'), `__version__ = "${api}"\n`);
}

export interface ToolkitTree {
  readonly root: string;
  readonly settings: string;
  readonly core: string;
  access(change?: Partial<CoreAccess>): CoreAccess;
  behave(behaviour: TankBehaviour): Promise<void>;
  /** All files of the configuration with their content, but for what tank keeps of earlier cores. */
  content(): Promise<Record<string, string>>;
  remove(): Promise<void>;
}

/** A pipeline configuration as Toolkit lays it out (shotgrid.md §2.1, §2.2): with a core of its own, or by descriptor alone. */
export async function makeToolkitTree(kind: 'localized' | 'descriptor'): Promise<ToolkitTree> {
  const root = await mkdtemp(join(tmpdir(), 'trustfleet-toolkit-'));
  const settings = join(root, 'config/core/core_api.yml');
  const core = join(root, 'install/core');
  await mkdir(dirname(settings), { recursive: true });
  await writeFile(settings, CORE_API);
  await writeFile(join(root, 'config/core/shotgun.yml'), `host: https://demo\napi_key: ${SECRET}\n`);
  if (kind === 'localized') {
    await writeCore(core, OLD);
    await writeCore(join(root, 'store', NEW.core), NEW);
    await writeFile(join(root, 'tank'), TANK);
    await chmod(join(root, 'tank'), 0o755);
  }
  const behave = (behaviour: TankBehaviour): Promise<void> => writeFile(join(root, 'behaviour'), behaviour);
  await behave('updates');
  await writeFile(join(root, 'stamp'), '20261122_120000');
  return {
    ...{ root, settings, core, behave },
    access: (change = {}) => ({ ...accessTo(root, kind), ...change }),
    content: () => contentOf(root),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

async function contentOf(root: string): Promise<Record<string, string>> {
  const names = await readdir(root, { recursive: true, withFileTypes: true });
  const files = names.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  const kept = files.filter((path) => !path.includes('core.backup')).sort();
  return Object.fromEntries(
    await Promise.all(kept.map(async (path) => [path.slice(root.length), await readFile(path, 'utf8')])),
  ) as Record<string, string>;
}

async function ifThere<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

const files: FileAccess = {
  readFile: (path) => ifThere(readFile(path)),
  async attributes(path) {
    const found = await ifThere(lstat(path));
    return found && { plain: found.isFile(), mode: found.mode & 0o7777, uid: found.uid, gid: found.gid };
  },
  async writeFile(path, bytes, attributes) {
    await writeFile(`${path}.tmp`, bytes);
    await chmod(`${path}.tmp`, attributes?.mode ?? 0o644);
    await rename(`${path}.tmp`, path);
  },
  removeFile: (path) => rm(path, { force: true }),
  sweep: (path) => rm(`${path}.tmp`, { force: true }),
};

const versionIn = async (path: string, pattern: RegExp): Promise<string | null> =>
  pattern.exec((await ifThere(readFile(path, 'utf8'))) ?? '')?.[1] ?? null;

async function factsOf(root: string, kind: 'localized' | 'descriptor'): Promise<HostFacts> {
  const location = join(root, 'install/core');
  const [path, api] = [join(location, 'info.yml'), join(location, 'python/tank_vendor/shotgun_api3')];
  const version = await versionIn(path, /^version: (\S+)/m);
  const apiVersion = await versionIn(join(api, 'shotgun.py'), /"(.*)"/);
  const stated = await versionIn(join(root, 'config/core/core_api.yml'), /version: (v[\d.]+)/);
  const core: ToolkitCore = {
    ...{ path, location, kind: 'localized', version, apis: [], inUse: true, usedBy: [root], shared: null },
  };
  const copy: ShotgunApi = {
    ...{ path: join(api, 'shotgun.py'), location: api, form: 'vendored', version: apiVersion },
    ...{ metadataVersion: null, sha256: null, bundles: [], core: path, zipPython: null },
    ...{ inUse: true, shared: null },
  };
  const configuration: ToolkitConfiguration = {
    ...{ path: root, kind, site: null, keys: [], interpreter: null, shared: null },
    core: { type: 'app_store', name: 'tk-core', version: stated, text: '' },
    corePath: version === null ? null : path,
  };
  const has = version !== null;
  return {
    shotgrid: {
      ...{ configurations: [configuration], problems: [] },
      ...{ cores: has ? [core] : [], apis: has && apiVersion !== null ? [copy] : [] },
    },
  };
}

function accessTo(root: string, kind: 'localized' | 'descriptor'): CoreAccess {
  return {
    ...{ platform: 'linux', files },
    facts: () => factsOf(root, kind),
    isKeeper: () => Promise.resolve(false),
    forbidden: () => Promise.resolve(null),
    writerOf: () => Promise.resolve({ kind: 'writer', account: null }),
    work: (_account, request) => Promise.resolve(doTreeWork(request)),
    withVersion(bytes, version) {
      // Stands in for libs/shotgrid, which has tests of its own.
      const before = Buffer.from(bytes).toString('utf8');
      const after = before.replace(/version: v[\d.]+/, `version: ${version}`);
      return after === before
        ? { kind: 'asWanted' }
        : { kind: 'edited', bytes: Buffer.from(after), line: 2, before, after };
    },
    tank: {
      runner: () => Promise.resolve({ kind: 'writer', account: null }),
      run: ({ program, version, signal }) => runTank(program, version, signal),
      atRest: () => Promise.resolve(),
    },
  };
}

function runTank(
  program: string,
  version: string,
  signal: AbortSignal,
): Promise<{ ended: 'well' | 'failed' | 'stopped'; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['core', '--version', version], { signal, stdio: 'pipe' });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString('utf8');
      });
    child.stdin.end('y\n');
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ ended: code === 0 ? 'well' : 'failed', said });
    });
  });
}
