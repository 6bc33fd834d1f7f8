import type { TrustStorePorts } from '../../ports.ts';
import { whyToolNotRun } from '../../tool-trust.ts';
import { CERTUTIL, type NssPlace } from './layout.ts';

/** Null where certutil may change it. security.md, "a local user": certutil loads what the database's `pkcs11.txt` names, so it runs as the owner. */
export async function whyNotChangeable(ports: TrustStorePorts, place: NssPlace): Promise<string | null> {
  if (place.kind === 'dbm')
    return 'It is in the format of before 2018: start its program once, so that it makes cert9.db';
  if (!(await ports.isExecutable(CERTUTIL)))
    return `${CERTUTIL} is not there: install the package libnss3-tools (Debian, Ubuntu), nss-tools (RHEL, Fedora), mozilla-nss-tools (SUSE) or nss`;
  const distrust = whyToolNotRun(CERTUTIL, await ports.inspectPath(CERTUTIL));
  if (distrust !== null) return distrust;
  return await whyNotByRights(ports, place);
}

async function whyNotByRights(ports: TrustStorePorts, place: NssPlace): Promise<string | null> {
  const owner = place.user?.uid ?? 0;
  if (ports.uid !== 0 && ports.uid !== owner)
    return `The agent does not run as root, and only root and ${place.user?.name ?? 'root'} can change it`;
  if (owner === 0) return await whyNotAsRoot(ports, place.path);
  return null;
}

async function whyNotAsRoot(ports: TrustStorePorts, path: string): Promise<string | null> {
  for (const file of [`${path}/cert9.db`, `${path}/pkcs11.txt`]) {
    const { owners, writable } = await ports.inspectPath(file);
    if (writable !== null || owners.length > 0)
      return `${writable ?? file} can be changed by others than root, and certutil runs what the database names: give it to root alone`;
  }
  return (await ports.isWritable(path))
    ? null
    : `${path} cannot be written, even by root: it lies on a read-only file system, so change the image that it comes from`;
}
