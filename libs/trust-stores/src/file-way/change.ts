import { sha256Hex, toPem } from '@trustfleet/certificates';
import type { TrustStorePorts } from '../ports.ts';
import { failed, messageOf } from '../store-change.ts';
import type { ChangeOptions, StoreChange } from '../types.ts';
import { whyNotChangeable } from './changeable.ts';
import { anchorPath, type Command, type FileWayLayout } from './layout.ts';

/** Hooks (a Java keystore among them) can take a while; a hang is ended after this. */
const TOOL_TIMEOUT_MS = 120_000;
const TOOL_ENV = { LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

export interface Changer {
  readonly ports: TrustStorePorts;
  readonly layout: FileWayLayout;
}

export async function add(
  changer: Changer,
  der: Uint8Array,
  options: ChangeOptions = {},
): Promise<StoreChange> {
  const path = anchorPath(changer.layout, sha256Hex(der));
  const wanted = Buffer.from(toPem(der), 'latin1');
  return await change(changer, options, async () => {
    const before = await changer.ports.readFile(path);
    const commands = changer.layout.commands('add');
    if (before.state === 'read' && wanted.equals(before.bytes)) return { files: [], commands };
    await changer.ports.writeFile(path, wanted, { mode: 0o644 });
    return { files: [path], commands };
  });
}

export async function remove(
  changer: Changer,
  sha256: string,
  options: ChangeOptions = {},
): Promise<StoreChange> {
  if (!/^[0-9a-f]{64}$/.test(sha256))
    return failed(`${sha256.slice(0, 80)} is not a SHA-256 in lower-case hex`);
  const path = anchorPath(changer.layout, sha256);
  return await change(changer, options, async () => ({
    files: (await changer.ports.removeFile(path)) ? [path] : [],
    commands: changer.layout.commands('remove'),
  }));
}

export async function rebuild(
  changer: Changer,
  after: 'add' | 'remove',
  options: ChangeOptions = {},
): Promise<StoreChange> {
  return await change(changer, options, () =>
    Promise.resolve({ files: [], commands: changer.layout.commands(after) }),
  );
}

/** Files that were changed, and the tools that have to run now. */
export interface FilesChanged {
  readonly files: readonly string[];
  readonly commands: readonly Command[];
}

/** Some of the files were changed, then it went wrong. */
export class HalfChanged extends Error {
  override readonly name = 'HalfChanged';
  readonly files: readonly string[];

  constructor(message: string, files: readonly string[]) {
    super(message);
    this.files = files;
  }
}

/** Checks that the store can be changed, changes files, runs the tools. */
export async function change(
  changer: Changer,
  options: ChangeOptions,
  changeFiles: () => Promise<FilesChanged>,
): Promise<StoreChange> {
  const refusal = await whyNotChangeable(changer.ports, changer.layout);
  if (refusal !== null) return failed(refusal);
  let changed: FilesChanged;
  try {
    changed = await changeFiles();
  } catch (error) {
    const reason = `${changer.layout.anchors.path} could not be changed: ${messageOf(error)}. Is it on a read-only file system?`;
    return failed(reason, { files: error instanceof HalfChanged ? error.files : [] });
  }
  return await runTools(changer, changed, options);
}

async function runTools(
  { ports, layout }: Changer,
  { files, commands }: FilesChanged,
  options: ChangeOptions,
): Promise<StoreChange> {
  const ran: { argv: Command; output: string }[] = [];
  for (const path of layout.scratch) {
    try {
      await ports.removeFile(path);
    } catch (error) {
      return failed(`${path} is in the way of ${layout.tool} and cannot be deleted: ${messageOf(error)}`, {
        files,
        commands: ran,
      });
    }
  }
  for (const argv of commands) {
    const result = await ports.runProgram({
      ...{ argv, env: TOOL_ENV, timeoutMs: TOOL_TIMEOUT_MS, signal: options.signal },
    });
    const output = tail(Buffer.concat([result.stdout, result.stderr]).toString('utf8'));
    ran.push({ argv, output });
    if (result.state !== 'exited' || result.exitCode !== 0)
      return failed(`${result.reason ?? `${argv[0]} failed`}: ${output.split('\n').at(-1) ?? ''}`, {
        files,
        commands: ran,
      });
  }
  try {
    return { state: 'done', files: [...files, ...(await emptyBundle({ ports, layout }))], commands: ran };
  } catch (error) {
    return failed(`${layout.bundle} could not be emptied: ${messageOf(error)}`, { files, commands: ran });
  }
}

async function emptyBundle({ ports, layout }: Changer): Promise<readonly string[]> {
  if (layout.hasNoSources === undefined || !(await layout.hasNoSources(ports))) return [];
  const [bundle] = await ports.identify([layout.bundle]);
  const read = await ports.readFile(layout.bundle);
  if (bundle == null || read.state !== 'read' || read.bytes.length === 0) return [];
  await ports.writeFile(layout.bundle, new Uint8Array(), { mode: bundle.mode & 0o777 });
  return [layout.bundle];
}

function tail(output: string): string {
  return output.trim().slice(-2000);
}
