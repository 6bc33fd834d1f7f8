import { clip } from '@trustfleet/protocol';
import type { TrustStorePorts } from '../../ports.ts';
import { whyToolNotRun } from '../../tool-trust.ts';
import { SYSTEM_KEYTOOL, type JavaPlace } from './layout.ts';
import type { KeystoreReading } from './read.ts';

/** Null where keytool may change it. */
export async function whyNotChangeable(
  ports: TrustStorePorts,
  { place, reading }: { place: JavaPlace; reading: KeystoreReading },
): Promise<string | null> {
  const reason =
    whyNotByOwner(ports, place) ??
    whyNotByContent(reading) ??
    (await whyKeytoolNotRun(ports, place)) ??
    (await whyNotByRights(ports, place));
  return reason === null ? null : clip(reason, 512);
}

/** Null where the file may be replaced by another one, whatever it holds. */
export async function whyNotReplaced(ports: TrustStorePorts, place: JavaPlace): Promise<string | null> {
  return whyNotByOwner(ports, place) ?? (await whyNotByRights(ports, place));
}

function whyNotByOwner(ports: TrustStorePorts, { generatedBy }: JavaPlace): string | null {
  if (generatedBy !== null)
    return `${generatedBy} makes it of the operating system's store and would make it anew over every change: add the anchor to that store`;
  return ports.uid === 0 ? null : 'The agent does not run as root, and only root can change this store';
}

function whyNotByContent(reading: KeystoreReading): string | null {
  if (reading.state !== 'read') return reading.detail;
  if (reading.keystore.encrypted > 0)
    return 'Its certificates are encrypted, which Java cannot open without a password: convert it with keytool -importkeystore -deststoretype JKS';
  return reading.keystore.opens
    ? null
    : 'Its password is not the usual one, which keytool needs: change it with keytool -storepasswd, or add the anchor there by hand';
}

/** security.md, "a local user": keytool and what it loads run as root, and the keystore is replaced as root, only where root alone may write. */
async function whyKeytoolNotRun(
  ports: TrustStorePorts,
  { keytool, path }: JavaPlace,
): Promise<string | null> {
  if (keytool === null) return `There is no keytool beside ${path}, and no /usr/bin/keytool: install a Java`;
  const home = keytool.replace(/\/bin\/keytool$/, '');
  const loaded = ['lib', 'lib/security', 'conf'].map((folder) => `${home}/${folder}`);
  for (const file of keytool === SYSTEM_KEYTOOL ? [keytool] : [keytool, ...loaded]) {
    const distrust = whyToolNotRun(file, await ports.inspectPath(file));
    if (distrust !== null) return distrust;
  }
  return null;
}

async function whyNotByRights(ports: TrustStorePorts, { path }: JavaPlace): Promise<string | null> {
  const { owners, writable } = await ports.inspectPath(path);
  const stranger = owners.find((owner) => owner !== 65_534);
  if (writable !== null)
    return `${writable} can be changed by others, so root does not write there: give it back to root`;
  if (stranger !== undefined)
    return `${path} can be changed by uid ${stranger}, so root does not write there: give it back to root`;
  const folder = path.slice(0, path.lastIndexOf('/'));
  return (await ports.isWritable(folder))
    ? null
    : `${folder} cannot be written, even by root: it lies on a read-only file system, so change the image that it comes from`;
}
