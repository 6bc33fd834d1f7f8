import { identify } from './identify.ts';
import { TOOL_ENV } from './read-file-as.ts';
import { ownUid, runProgram } from './run-program.ts';
import type { Account, FileIdentity, Host } from './types.ts';

/** A server's clock may be ahead of or behind this one: only what is far older counts as settled. */
const SETTLED_AFTER_S = 120;
const KINDS: Readonly<Record<number, FileIdentity['kind']>> = {
  0o100000: 'file',
  0o040000: 'directory',
  0o120000: 'link',
};

/** As `identify` of one path, links followed, in a child that is given up: of what lies on a share that may not answer. */
export const identifyApart: Host['identifyApart'] = async (path, { asUser, timeoutMs = 5000 } = {}) => {
  if (ownUid() === -1) return (await identify([path]))[0] ?? null;
  // What has no time is not looked at, though a child may be fast enough.
  return timeoutMs > 0 ? await lookApart(path, { asUser, timeoutMs }) : 'noAnswer';
};

async function lookApart(
  path: string,
  { asUser, timeoutMs }: { readonly asUser: Account | undefined; readonly timeoutMs: number },
): Promise<FileIdentity | 'noAnswer' | null> {
  const account = asUser === undefined || asUser.uid === ownUid() ? undefined : asUser;
  const looked = await runProgram({
    argv: ['/usr/bin/stat', '-L', '--printf=%f %d:%i:%u:%g:%s:%.9Y:%.9Z %u %g %Z', '--', path],
    env: TOOL_ENV,
    timeoutMs,
    runAs: account,
  });
  if (looked.state === 'timedOut') return 'noAnswer';
  const said = Buffer.from(looked.stdout).toString('utf8').split(' ');
  return looked.exitCode === 0 && said.length === 5 ? described(said) : null;
}

function described([rawMode = '', identity = '', uid, gid, changed]: readonly string[]): FileIdentity {
  const mode = Number.parseInt(rawMode, 16);
  return {
    kind: KINDS[mode & 0o170000] ?? 'other',
    identity: `${rawMode}:${identity}`,
    settled: Date.now() / 1000 - Number(changed) > SETTLED_AFTER_S,
    mode: mode & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
  };
}
