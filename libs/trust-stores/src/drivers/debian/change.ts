import { sha256Hex, toPem } from '@trustfleet/certificates';
import type { TrustStorePorts } from '../../ports.ts';
import type { ChangeOptions, StoreChange } from '../../types.ts';
import { anchorPath, UPDATE_TOOL, type DebianLayout } from './layout.ts';
import { whyNotChangeable } from './read.ts';

/** Hooks of update.d (a Java keystore among them) can take a while; a hang is ended after this. */
const TOOL_TIMEOUT_MS = 120_000;
const TOOL_ENV = { LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
type Command = readonly [string, ...string[]];

export interface Changer {
  readonly ports: TrustStorePorts;
  readonly layout: DebianLayout;
}

/**
 * After a removal the tool alone leaves dangling links by name and by subject hash, and a hash link `<hash>.0` that leads
 * nowhere hides `<hash>.1`. Its --fresh takes every link away for a second or two, during which each program that looks up
 * by hash (Python on Debian) trusts nothing: so only our dangling links go, and OpenSSL numbers the rest anew.
 */
export function commandsAfter(layout: DebianLayout, after: 'add' | 'remove'): readonly Command[] {
  const update: Command = [UPDATE_TOOL, ...overrides(layout)];
  if (after === 'add') return [update];
  return [
    [
      '/usr/bin/find',
      layout.linkDirectory,
      '-maxdepth',
      '1',
      '-xtype',
      'l',
      '-lname',
      `${layout.anchorDirectory}/*`,
      '-delete',
    ],
    update,
    ['/usr/bin/openssl', 'rehash', layout.linkDirectory],
  ];
}

function overrides(layout: DebianLayout): string[] {
  if (layout.root === '/') return [];
  const at = (path: string): string => `${layout.root}${path}`;
  return [
    ...['--certsconf', at('/etc/ca-certificates.conf'), '--certsdir', at('/usr/share/ca-certificates')],
    ...[
      '--localcertsdir',
      layout.anchorDirectory,
      '--etccertsdir',
      layout.linkDirectory,
      '--hooksdir',
      at('/etc/ca-certificates/update.d'),
    ],
  ];
}

export async function add(
  changer: Changer,
  der: Uint8Array,
  options: ChangeOptions = {},
): Promise<StoreChange> {
  const path = anchorPath(changer.layout, sha256Hex(der));
  const wanted = Buffer.from(toPem(der), 'latin1');
  return await change(changer, { after: 'add', options }, async () => {
    const before = await changer.ports.readFile(path);
    if (before.state === 'read' && wanted.equals(before.bytes)) return [];
    await changer.ports.writeFile(path, wanted, { mode: 0o644 });
    return [path];
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
  return await change(changer, { after: 'remove', options }, async () =>
    (await changer.ports.removeFile(path)) ? [path] : [],
  );
}

export async function rebuild(
  changer: Changer,
  after: 'add' | 'remove',
  options: ChangeOptions = {},
): Promise<StoreChange> {
  return await change(changer, { after, options }, () => Promise.resolve([]));
}

interface Work {
  readonly after: 'add' | 'remove';
  readonly options: ChangeOptions;
}

async function change(
  changer: Changer,
  work: Work,
  changeFiles: () => Promise<string[]>,
): Promise<StoreChange> {
  const { ports, layout } = changer;
  const refusal = await whyNotChangeable(ports, layout);
  if (refusal !== null) return failed(refusal);
  let files: string[];
  try {
    files = await changeFiles();
  } catch (error) {
    return failed(
      `${layout.anchorDirectory} could not be changed: ${error instanceof Error ? error.message : String(error)}. Is it on a read-only file system?`,
    );
  }
  const commands: { argv: Command; output: string }[] = [];
  for (const argv of commandsAfter(layout, work.after)) {
    const result = await ports.runProgram({
      argv,
      env: TOOL_ENV,
      timeoutMs: TOOL_TIMEOUT_MS,
      signal: work.options.signal,
    });
    const output = tail(Buffer.concat([result.stdout, result.stderr]).toString('utf8'));
    commands.push({ argv, output });
    if (result.state !== 'exited' || result.exitCode !== 0)
      return {
        state: 'failed',
        reason: `${result.reason ?? `${argv[0]} failed`}: ${output.split('\n').at(-1) ?? ''}`,
        files,
        commands,
      };
  }
  return { state: 'done', files, commands };
}

function failed(reason: string): StoreChange {
  return { state: 'failed', reason, files: [], commands: [] };
}

function tail(output: string): string {
  return output.trim().slice(-2000);
}
