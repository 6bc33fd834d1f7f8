import { win32 } from 'node:path';

export interface DefaultPlaces {
  /** Where a service keeps its identity and journals; nobody else may look in. */
  readonly stateDir: string;
  /** What the host's owner permits; no message can change it. */
  readonly allowList: string;
  /** What the host's owner lets the agent look at beyond the places that it knows. */
  readonly scanSettings: string;
}

/**
 * Where this program keeps its things unless told otherwise. Windows: below %ProgramData%, which an administrator may have moved; where
 * the variable names no folder of a drive, where Windows itself puts it.
 */
export function defaultPlaces(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): DefaultPlaces {
  if (platform !== 'win32')
    return {
      stateDir: '/var/lib/trustfleet-agent',
      allowList: '/etc/trustfleet/allow-list.json',
      scanSettings: '/etc/trustfleet/scan.json',
    };
  // Names of variables have no case on Windows, in a copy of the environment they have.
  const named = Object.entries(env).find(([name]) => name.toLowerCase() === 'programdata')?.[1] ?? '';
  const base = win32.join(/^[a-z]:[\\/]/i.test(named) ? named : 'C:\\ProgramData', 'Trustfleet');
  return {
    stateDir: win32.join(base, 'Agent'),
    allowList: win32.join(base, 'allow-list.json'),
    scanSettings: win32.join(base, 'scan.json'),
  };
}
