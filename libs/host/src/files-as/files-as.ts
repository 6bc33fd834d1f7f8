import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { NotOursError } from '../guarded-files/directory-chain.ts';
import type { OwnedAttributes, OwnedFiles } from '../guarded-files/types.ts';
import { TOOL_ENV } from '../read-file-as.ts';
import type { Account, Host } from '../types.ts';

const TIMEOUT_MS = 5000;
const MAX_BYTES = 1024 * 1024;
const MAX_UP = 64;
const S_IFMT = 0o170000;
const S_IFREG = 0o100000;

export type FilesAsHost = Pick<Host, 'readFile' | 'listDirectory' | 'runProgram'>;

interface Acting {
  readonly host: FilesAsHost;
  readonly account: Account;
}

interface Ran {
  readonly ok: boolean;
  readonly stdout: string;
  readonly said: string;
}

/** One small program whose rights were dropped for good before it touches a path; see read-file-as.ts for why not a thread. */
async function run(
  { account, host }: Acting,
  argv: readonly [string, ...string[]],
  input?: Uint8Array,
): Promise<Ran> {
  const result = await host.runProgram({
    argv,
    env: TOOL_ENV,
    timeoutMs: TIMEOUT_MS,
    runAs: account,
    ...(input === undefined ? {} : { input }),
  });
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
  const said = text(result.stderr).trim().slice(-200);
  return {
    ok: result.state === 'exited' && result.exitCode === 0,
    stdout: text(result.stdout),
    said: said === '' ? (result.reason ?? 'no reason given') : said,
  };
}

async function mustRun(
  acting: Acting,
  argv: readonly [string, ...string[]],
  input?: Uint8Array,
): Promise<void> {
  const { ok, said } = await run(acting, argv, input);
  if (!ok) throw new NotOursError(`As uid ${acting.account.uid}: ${said}`);
}

const syncDirectory = (acting: Acting, path: string): Promise<void> =>
  mustRun(acting, ['/usr/bin/sync', '--', path]);

async function attributes(acting: Acting, path: string): Promise<OwnedAttributes | null> {
  const { ok, said, stdout } = await run(acting, ['/usr/bin/stat', '--printf=%f %u %g', '--', path]);
  if (!ok) {
    if (/No such file or directory/.test(said)) return null;
    throw new NotOursError(`As uid ${acting.account.uid}: ${said}`);
  }
  const [mode = '', uid = '', gid = ''] = stdout.split(' ');
  const bits = Number.parseInt(mode, 16);
  return { plain: (bits & S_IFMT) === S_IFREG, mode: bits & 0o7777, uid: Number(uid), gid: Number(gid) };
}

async function write(
  acting: Acting,
  path: string,
  { bytes, mode }: { bytes: Uint8Array; mode: number },
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}.tmp`);
  // `excl`: a link planted under that name makes this fail instead of being followed.
  // Of nothing dd takes no block size, and would wait for the end of its input.
  const blocks = bytes.length === 0 ? ['bs=1', 'count=0'] : [`bs=${bytes.length}`, 'count=1'];
  const copy = [`of=${temporary}`, ...blocks, 'iflag=fullblock', 'conv=excl,fsync'];
  try {
    await mustRun(acting, ['/usr/bin/dd', ...copy, 'status=none'], bytes);
    await mustRun(acting, ['/usr/bin/chmod', mode.toString(8), '--', temporary]);
    await mustRun(acting, ['/usr/bin/mv', '-fT', '--', temporary, path]);
  } catch (error) {
    await run(acting, ['/usr/bin/rm', '-f', '--', temporary]);
    throw error;
  }
  await syncDirectory(acting, dirname(path));
}

async function isThere(acting: Acting, path: string): Promise<boolean> {
  return (await attributes(acting, path)) !== null;
}

async function missingDirectories(acting: Acting, path: string): Promise<string[]> {
  const missing: string[] = [];
  let at = path;
  while (missing.length < MAX_UP && at !== '/' && !(await isThere(acting, at))) {
    missing.unshift(at);
    at = dirname(at);
  }
  return missing;
}

/** Files of one account, with that account's rights: what it could not write itself is not written, wherever its links lead. */
export function createFilesAs(host: FilesAsHost, account: Account): OwnedFiles {
  const acting: Acting = { host, account };
  return {
    async readFile(path) {
      const read = await host.readFile(path, { asUser: account, maxBytes: MAX_BYTES });
      if (read.state === 'read') return read.bytes;
      if (read.state === 'missing') return null;
      throw new NotOursError(`${path} cannot be read as uid ${account.uid}: ${read.detail}`);
    },
    attributes: (path) => attributes(acting, path),
    writeFile: (path, bytes, wanted) => write(acting, path, { bytes, mode: wanted?.mode ?? 0o644 }),
    async removeFile(path) {
      if (!(await isThere(acting, path))) return;
      await mustRun(acting, ['/usr/bin/rm', '-f', '--', path]);
      await syncDirectory(acting, dirname(path));
    },
    async sweep(path) {
      const listing = await host.listDirectory(dirname(path), { asUser: account });
      if (listing.state !== 'listed') return;
      for (const { name } of listing.entries)
        if (name.startsWith(`.${basename(path)}.`) && name.endsWith('.tmp'))
          await mustRun(acting, ['/usr/bin/rm', '-f', '--', join(dirname(path), name)]);
    },
    missingDirectories: (path) => missingDirectories(acting, path),
    async makeDirectory(path) {
      const missing = await missingDirectories(acting, path);
      for (const one of missing) {
        await mustRun(acting, ['/usr/bin/mkdir', '-m', '755', '--', one]);
        await syncDirectory(acting, dirname(one));
      }
      return missing;
    },
    async removeEmptyDirectory(path) {
      if (!(await isThere(acting, path))) return;
      await mustRun(acting, ['/usr/bin/rmdir', '--ignore-fail-on-non-empty', '--', path]);
      if (!(await isThere(acting, path))) await syncDirectory(acting, dirname(path));
    },
  };
}
