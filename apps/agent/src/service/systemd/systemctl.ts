import type { Host } from '@trustfleet/host';
import { CliError } from '@trustfleet/terminal';

const SYSTEMCTL = '/usr/bin/systemctl';
const LIMIT_MS = 90_000;
const MAX_SAID = 500;

type RunProgram = Host['runProgram'];

/** Runs systemctl(1) to its end; answers its stdout. Throws a sentence with what it said. */
export async function systemctl(runProgram: RunProgram, ...args: readonly string[]): Promise<string> {
  const run = await runProgram({
    argv: [SYSTEMCTL, '--no-pager', '--no-ask-password', ...args],
    // Its words are only shown, its values are the same in every language.
    env: { LC_ALL: 'C.UTF-8' },
    timeoutMs: LIMIT_MS,
  });
  if (run.state === 'exited' && run.exitCode === 0) return Buffer.from(run.stdout).toString('utf8');
  const said = Buffer.from(run.stderr).toString('utf8').trim().slice(0, MAX_SAID);
  throw new CliError(
    `systemctl ${args.join(' ')} failed${said === '' ? `: ${run.reason ?? 'it gave no reason'}` : `: ${said}`} (journalctl -u trustfleet-agent says more)`,
  );
}

/** Number of the release, e.g. 252 of `systemd 252 (252.39-1~deb12u2)`. */
export async function systemdVersion(runProgram: RunProgram): Promise<number> {
  const [, version] = /^systemd (\d+)/.exec(await systemctl(runProgram, '--version')) ?? [];
  if (version === undefined) throw new CliError(`${SYSTEMCTL} --version does not say which systemd this is.`);
  return Number(version);
}

/** `systemctl show`: properties of one unit by name. A unit that is not there has them too (LoadState=not-found). */
export async function showUnit(
  runProgram: RunProgram,
  request: { readonly unit: string; readonly properties: readonly string[] },
): Promise<Readonly<Record<string, string>>> {
  const text = await systemctl(
    runProgram,
    'show',
    request.unit,
    `--property=${request.properties.join(',')}`,
  );
  const pairs = text.split('\n').flatMap((line) => {
    const at = line.indexOf('=');
    return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
  });
  return Object.fromEntries(pairs);
}
