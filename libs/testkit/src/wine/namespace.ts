import { spawnSync } from 'node:child_process';

/** Wine's own programs, by the names that Debian gives them. */
export const WINE = '/usr/bin/wine';
export const WINESERVER = '/usr/bin/wineserver';

/**
 * Wine fills LocalMachine\Root from this machine's bundle at each open, and takes away what is not in it: so everything runs where
 * that folder is empty. The script is fixed; paths and argv are its arguments.
 */
const ENTER = 'mount --bind "$1" /etc/ssl/certs && shift && exec "$@"';

/** argv that runs `command` in a mount namespace with `emptyDirectory` instead of /etc/ssl/certs. Not root: in a user namespace of its own. */
export function inNamespace(emptyDirectory: string, command: readonly string[]): readonly string[] {
  const flags = process.getuid?.() === 0 ? ['-m'] : ['-Urm'];
  return [
    // Tests that are killed leave nothing behind.
    ...['/usr/bin/setpriv', '--pdeathsig', 'KILL'],
    ...['/usr/bin/unshare', ...flags, '--propagation', 'private', '--'],
    ...['/bin/sh', '-c', ENTER, 'sh', emptyDirectory, ...command],
  ];
}

/** `wine-8.0 (Debian …)`. Throws with what to install. */
export function wineVersion(): string {
  const result = spawnSync(WINE, ['--version'], { encoding: 'utf8', timeout: 30_000, env: QUIET });
  if (result.status !== 0)
    throw new Error(
      `${WINE} --version did not answer (${result.error?.message ?? String(result.status)}): apt-get install wine`,
    );
  return result.stdout.trim();
}

/** No Mono, no Gecko: both would be asked for in a window. The script `wine` complains of a missing wine32 unless told to be quiet. */
export const QUIET = {
  WINEDEBUG: '-all',
  WINEDLLOVERRIDES: 'mscoree=;mshtml=',
  PATH: '/usr/bin:/bin',
  LANG: 'C.UTF-8',
} as const;
