import { clip } from '@trustfleet/protocol';
import type { TrustStorePorts } from '../../ports.ts';
import { whyToolNotRun } from '../../tool-trust.ts';
import type { JavaPlace } from './layout.ts';
import type { KeystoreReading, KeystoreState } from './read.ts';

const SEARCH_MS = 10_000;
/** In a user namespace everything that real root owns shows as this one (tool-trust.ts). */
const OVERFLOW_UID = 65_534;

/** Null where keytool may change it. */
export async function whyNotChangeable(
  ports: TrustStorePorts,
  { place, reading }: { place: JavaPlace; reading: KeystoreReading | KeystoreState },
): Promise<string | null> {
  const reason =
    whyNotByOwner(ports, place) ??
    (await whyNotByRights(ports, place)) ??
    whyNotByContent(reading) ??
    (await whyKeytoolNotRun(ports, place));
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

function whyNotByContent(reading: KeystoreReading | KeystoreState): string | null {
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
  const distrust = whyToolNotRun(keytool, await ports.inspectPath(keytool));
  if (distrust !== null) return distrust;
  // A launcher finds its Java by its own real name, and loads libraries, extensions and settings from all over it.
  const { realPath } = await ports.readFile(keytool, { maxBytes: 0 });
  const home = /^(.+)\/bin\/[^/]+$/.exec(realPath ?? keytool)?.[1];
  if (home === undefined || home === '/usr') return null;
  const found = await ports.findForeign({ directory: home, owners: [OVERFLOW_UID], timeoutMs: SEARCH_MS });
  return found.state === 'clean'
    ? null
    : `${found.detail ?? home}, so ${keytool} is not run: give all of ${home} to root alone`;
}

async function whyNotByRights(ports: TrustStorePorts, { path }: JavaPlace): Promise<string | null> {
  const { owners, writable } = await ports.inspectPath(path);
  const stranger = owners.find((owner) => owner !== OVERFLOW_UID);
  if (writable !== null)
    return `${writable} can be changed by others, so root does not write there: give it back to root`;
  if (stranger !== undefined)
    return `${path} can be changed by uid ${stranger}, so root does not write there: give it back to root`;
  const folder = path.slice(0, path.lastIndexOf('/'));
  return (await ports.isWritable(folder))
    ? null
    : `${folder} cannot be written, even by root: it lies on a read-only file system, so change the image that it comes from`;
}
