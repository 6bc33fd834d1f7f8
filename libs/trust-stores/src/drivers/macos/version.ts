import type { TrustStorePorts } from '../../ports.ts';
import type { MacosLayout } from './layout.ts';
import { dictionary, PropertyListError, readPropertyList } from './property-list.ts';

/** e.g. `15.1`; null where it cannot be told. */
export async function readVersion(ports: TrustStorePorts, layout: MacosLayout): Promise<string | null> {
  const read = await ports.readFile(layout.version, { maxBytes: 64 * 1024 });
  if (read.state !== 'read') return null;
  try {
    const version = dictionary(readPropertyList(read.bytes))?.['ProductVersion'];
    return typeof version === 'string' && /^\d{1,3}(\.\d{1,3}){0,3}$/.test(version) ? version : null;
  } catch (error) {
    if (error instanceof PropertyListError) return null;
    throw error;
  }
}

/**
 * Until Catalina (10.15) root could change the machine's trust by itself; since Big Sur a person's password is needed, and macOS 15 took
 * the last way around that away (trust-stores.md §6.3). Big Sur calls itself 10.16 to old programs. An unknown version is a new one.
 */
export function letsDaemonsChangeTrust(version: string | null): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  return major === 10 && minor < 16;
}
