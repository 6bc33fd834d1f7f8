import type { TrustStorePorts } from './ports.ts';
import type { HostDescription } from './types.ts';

/** What a family of systems is recognised by. */
export interface OsFamily {
  /** ID or ID_LIKE of os-release(5). */
  readonly ids: readonly string[];
  /** For a system that names no family: its tool, and the directory that the tool reads, as they lie on disk. */
  readonly tool: string;
  readonly directory: string;
}

/** Families that have a driver; a system of one of them is never taken for another (smallstep certificates#2320: Ubuntu with a stray /etc/pki/ca-trust). */
const KNOWN: ReadonlySet<string> = new Set([
  ...['debian', 'ubuntu', 'alpine', 'arch'],
  ...['rhel', 'fedora', 'centos', 'rocky', 'almalinux', 'ol', 'amzn'],
  ...['suse', 'opensuse', 'sles', 'sled'],
]);

/** os-release decides where it names a family that we know; else tool and directory have to be there both (trust-stores.md §6.7, lessons). */
export async function isOfFamily(
  ports: TrustStorePorts,
  host: HostDescription,
  family: OsFamily,
): Promise<boolean> {
  if (host.platform !== 'linux') return false;
  if (host.families.some((id) => family.ids.includes(id))) return true;
  if (host.families.some((id) => KNOWN.has(id))) return false;
  if (!(await ports.isExecutable(family.tool))) return false;
  return (await ports.listDirectory(family.directory, { limit: 1 })).state === 'listed';
}

/** For a tool that knows its own system's directories alone. */
export function refusalBelow(root: string, tool: string): { readonly refusal?: string } {
  if (root === '/') return {};
  return {
    refusal: `${tool} works on the running system alone, and this one lies below ${root}: run the agent inside it`,
  };
}
