import { below } from '../../paths.ts';

/** Where Firefox on Linux looks for policies, and for the files that `Certificates.Install` names (trust-stores.md §6.4). */
export interface FirefoxLayout {
  readonly root: string;
  /** The machine's file. Where it is there, Firefox reads none of the others. */
  readonly machineFile: string;
  /** Of each installation, in the folder that its packages own. */
  readonly installedFiles: readonly string[];
  /** A Firefox is here, whether it has a policy or not. */
  readonly programs: readonly string[];
  /** Searched in this order for a name without a path. */
  readonly certificateFolders: readonly string[];
  /** Where our PEM files go: the only folder outside of the snap that Firefox' snap may read. */
  readonly ownFolder: string;
}

const INSTALLATIONS = [
  '/usr/lib/firefox',
  '/usr/lib64/firefox',
  '/usr/lib/firefox-esr',
  '/usr/lib64/firefox-esr',
  '/opt/firefox',
];
const SNAP = '/snap/firefox/current';

export function firefoxLayout(root: string): FirefoxLayout {
  const at = (path: string): string => below(root, path);
  const ownFolder = at('/etc/firefox/policies');
  return {
    root,
    ownFolder,
    machineFile: `${ownFolder}/policies.json`,
    installedFiles: INSTALLATIONS.map((path) => at(`${path}/distribution/policies.json`)),
    programs: [...INSTALLATIONS, SNAP].map(at),
    certificateFolders: ['/usr/lib/mozilla/certificates', '/usr/lib64/mozilla/certificates'].map(at),
  };
}

const OWN_FILE = /^trustfleet-[0-9a-f]{16}\.pem$/;

export function ownName(sha256: string): string {
  return `trustfleet-${sha256.slice(0, 16)}.pem`;
}

export function isOwnName(name: string): boolean {
  return OWN_FILE.test(name);
}
