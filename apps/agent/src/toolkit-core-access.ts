import { dirname, join } from 'node:path';
import {
  createFilesAs,
  createGuardedFiles,
  openFileAccess,
  type Host,
  type OwnedFiles,
} from '@trustfleet/host';
import type { HostFacts } from '@trustfleet/policy';
import { CA_VARIABLES } from '@trustfleet/protocol';
import { openCodeOwners } from '@trustfleet/python';
import {
  StepRefusedError,
  type AskedWork,
  type CoreAccess,
  type TankAccess,
  type Writer,
} from '@trustfleet/repair';
import { withCoreVersion } from '@trustfleet/shotgrid';
import { messageOf } from '@trustfleet/terminal';
import { withoutPasswords } from './network-env.ts';
import { toolAtRest } from './tool-at-rest.ts';
import { createTreeAccess, type TreeParts } from './tree-access.ts';

export interface ToolkitCoreParts extends Omit<TreeParts, 'host'> {
  readonly host: Host;
  /** The agent's own environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Sections of this host, read now. */
  readonly facts: () => Promise<HostFacts>;
  /** Whether the host's allow-list names it keeper of that path. */
  readonly isKeeper: (path: string) => Promise<boolean>;
  /** Why the allow-list does not permit that work. */
  readonly forbidden: (work: AskedWork) => Promise<string | null>;
}

/** Longest that tank may take; a job's own clock may be shorter. */
const TANK_LIMIT_MS = 15 * 60_000;
const TANK_OUTPUT_BYTES = 1024 * 1024;
const LOOK_LIMIT_MS = 60_000;
const MAX_SETTINGS_BYTES = 256 * 1024;
/** By which a site is reached and verified. */
const NETWORK = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

const nobody = (reason: string): Writer => ({ kind: 'nobody', reason });

/** Whose a tree is. As root it is neither written nor run where anybody else owns, or can write, any part of it. */
async function writerOf(parts: ToolkitCoreParts, directory: string): Promise<Writer> {
  const { host } = parts;
  const writer = await createTreeAccess(parts).writerOf(directory);
  if (writer.kind === 'nobody') return nobody(`${directory} is left alone: ${writer.reason}`);
  if (host.platform === 'windows') {
    const problem = (await (await openFileAccess())?.problem(directory, 'write')) ?? null;
    return problem === null ? writer : nobody(problem);
  }
  return writer.account !== null || host.uid !== 0 ? writer : asRoot(host, directory, writer);
}

async function asRoot(host: Host, directory: string, writer: Writer): Promise<Writer> {
  const { state, path, detail } = await host.findForeign({ directory, owners: [], timeoutMs: LOOK_LIMIT_MS });
  if (state === 'clean') return writer;
  return nobody(
    `${directory} belongs to root, and ${path === null ? 'not everything in it could be looked at' : `${path} does not, or others can write it`}${detail === null ? '' : ` (${detail})`}: the agent touches and runs nothing there with root's rights.`,
  );
}

/** What stands in `interpreter_Linux.cfg` beside that core (shotgrid.md §2.2): a path as it is, or what a shell would make of it. */
const PLAIN_PATH = /^\/[^\0-\x1f$`~"'\\]+$/;

/** The Python that the tank of `root` starts, by its own file: a project that shares a core may name another, which tank does not look at. */
async function tankPython({ host }: ToolkitCoreParts, root: string): Promise<string | null> {
  const system = host.platform === 'macos' ? 'Darwin' : 'Linux';
  const file = join(root, 'config', 'core', `interpreter_${system}.cfg`);
  const read = await host.readFile(file, { maxBytes: MAX_SETTINGS_BYTES });
  const said = read.state === 'read' ? Buffer.from(read.bytes).toString('utf8').trim() : '';
  return PLAIN_PATH.test(said) ? said : null;
}

/** The program, the Python that it starts, and all that this executes are code that runs: as root, none of it may be anybody else's. */
async function runnerOf(parts: ToolkitCoreParts, root: string): Promise<Writer> {
  const writer = await writerOf(parts, root);
  if (writer.kind === 'nobody' || writer.account !== null || parts.host.uid !== 0) return writer;
  const interpreter = await tankPython(parts, root);
  if (interpreter === null)
    return nobody(
      `${root} belongs to root, and which Python its tank would start is not known: it is not run with root's rights.`,
    );
  const ownerIn = await openCodeOwners(parts.host, { root: parts.root, processEnv: parts.env });
  const owner = await ownerIn({ path: interpreter, kind: 'configured' });
  if (owner.kind === 'owner' && owner.account === null) return writer;
  const because = owner.kind === 'nobody' ? owner.because : `uid ${owner.account?.uid ?? ''} owns code of it`;
  return nobody(
    `${root} belongs to root, and ${interpreter}, which its tank starts, is not root's alone (${because}): it is not run with root's rights.`,
  );
}

async function filesOf(parts: ToolkitCoreParts, path: string): Promise<OwnedFiles> {
  const { host } = parts;
  const writer = await writerOf(parts, dirname(path));
  if (writer.kind === 'nobody') throw new StepRefusedError(writer.reason);
  if (host.platform === 'macos')
    throw new StepRefusedError(`On macOS the agent does not change ${path}: its owner does that.`);
  if (host.platform === 'windows') return plainFiles(host);
  if (writer.account !== null) return createFilesAs(host, writer.account);
  return host.uid === 0
    ? createGuardedFiles()
    : createFilesAs(host, { uid: host.uid, gid: process.getegid?.() ?? host.uid });
}

/** Windows: the folder's access list was judged before. */
function plainFiles(host: Host): OwnedFiles {
  return {
    ...createGuardedFiles(),
    async readFile(path) {
      const read = await host.readFile(path, { maxBytes: MAX_SETTINGS_BYTES });
      if (read.state === 'read') return read.bytes;
      if (read.state === 'missing') return null;
      throw new StepRefusedError(`${path} cannot be read: ${read.detail}`);
    },
    async attributes(path) {
      const [found] = await host.identify([path], { followLinks: false });
      return found == null
        ? null
        : { plain: found.kind === 'file', mode: found.mode, uid: found.uid, gid: found.gid };
    },
    writeFile: (path, bytes) => host.writeFile(path, bytes),
    async removeFile(path) {
      await host.removeFile(path);
    },
    sweep: () => Promise.resolve(),
  };
}

/** What a file system refuses will be refused again. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && error.name === 'NotOursError') throw new StepRefusedError(messageOf(error));
    throw error;
  }
}

/** Each file with the rights of whoever owns its directory, found out anew at each call. */
function ownersFiles(parts: ToolkitCoreParts): CoreAccess['files'] {
  const on = <T>(path: string, work: (files: OwnedFiles) => Promise<T>): Promise<T> =>
    told(filesOf(parts, path).then(work));
  return {
    readFile: (path) => on(path, (files) => files.readFile(path)),
    async attributes(path) {
      // A directory that is not there has no owner, and no such file.
      const [found] = await parts.host.identify([dirname(path)]);
      return found == null ? null : on(path, (files) => files.attributes(path));
    },
    writeFile: (path, bytes, attributes) => on(path, (files) => files.writeFile(path, bytes, attributes)),
    removeFile: (path) => on(path, (files) => files.removeFile(path)),
    sweep: (path) => on(path, (files) => files.sweep(path)),
  };
}

/** Another account can read the environment of its own process: nothing with a password in it goes there. */
const networkEnv = ({ env }: ToolkitCoreParts): Record<string, string> =>
  withoutPasswords(env, [...NETWORK, ...CA_VARIABLES]);

async function runTank(
  parts: ToolkitCoreParts,
  { program, version, runner, signal }: Parameters<TankAccess['run']>[0],
): ReturnType<TankAccess['run']> {
  const { host, root } = parts;
  const uid = runner.account?.uid ?? host.uid;
  const { users } = await host.users(root);
  const home = users.find((user) => user.uid === uid)?.home ?? '/';
  const result = await host.runProgram({
    argv: [program, 'core', '--version', version],
    env: { ...networkEnv(parts), HOME: home, PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' },
    cwd: dirname(program),
    ...{ timeoutMs: TANK_LIMIT_MS, maxOutputBytes: TANK_OUTPUT_BYTES, signal },
    // Its one question, "Update to … of the Core API?".
    input: 'y\n',
    runAs: runner.account ?? undefined,
  });
  const said = [result.stdout, result.stderr].map((bytes) => Buffer.from(bytes).toString('utf8')).join('\n');
  if (result.state !== 'exited') return { ended: result.state === 'notStarted' ? 'failed' : 'stopped', said };
  return { ended: result.exitCode === 0 ? 'well' : 'failed', said };
}

async function atRest(parts: ToolkitCoreParts, program: string, signal: AbortSignal): Promise<void> {
  const { host } = parts;
  if (host.platform !== 'linux') return;
  const writer = await writerOf(parts, dirname(program));
  const uid = writer.kind === 'writer' ? (writer.account?.uid ?? host.uid) : host.uid;
  await toolAtRest({ ...host, uid }, program, signal);
}

/** Connects `toolkit.upgradeCore` with this machine. */
export function createToolkitCoreAccess(parts: ToolkitCoreParts): CoreAccess {
  return {
    ...createTreeAccess(parts),
    writerOf: (directory) => writerOf(parts, directory),
    platform: parts.host.platform,
    facts: parts.facts,
    isKeeper: parts.isKeeper,
    forbidden: (configuration, version) =>
      parts.forbidden({
        ...{ remedy: 'toolkit.upgradeCore', mode: 'apply', parameters: { configuration, version } },
        artifact: () => undefined,
      }),
    files: ownersFiles(parts),
    withVersion: withCoreVersion,
    tank: {
      runner: (root) => runnerOf(parts, root),
      run: (request) => runTank(parts, request),
      atRest: (program, signal) => atRest(parts, program, signal),
    },
  };
}
