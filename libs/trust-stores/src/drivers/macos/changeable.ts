import type { TrustStorePorts } from '../../ports.ts';
import { SECURITY, type MacosLayout } from './layout.ts';
import { letsDaemonsChangeTrust } from './version.ts';

export interface MacosStore {
  readonly ports: TrustStorePorts;
  readonly layout: MacosLayout;
  readonly version: string | null;
}

/** Null where this release of macOS lets a daemon change the machine's trust. */
export async function whyNotChangeable({ ports, version }: MacosStore): Promise<string | null> {
  if (!letsDaemonsChangeTrust(version)) return onlyByProfile(version);
  if (!(await ports.isExecutable(SECURITY))) return `${SECURITY} is not there: this is no whole macOS`;
  return ports.uid === 0 ? null : 'The agent does not run as root, and only root can change this store';
}

/** What to do instead. */
function onlyByProfile(version: string | null): string {
  return `macOS ${version ?? '11 and later'} lets no program change the machine's trust without a person's password, not even root: deploy a configuration profile by MDM, which needs none (trustfleet-agent stores profile CERTIFICATE prints it)`;
}
