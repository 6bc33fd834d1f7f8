import { describeBundle, type DescribedBundle } from '@trustfleet/certificates';
import type { TrustStorePorts } from './ports.ts';

/** One PEM file with what it holds, of the cache where nothing has changed. Every failure is a state of the file. */
export async function readBundle(ports: TrustStorePorts, path: string): Promise<DescribedBundle> {
  if (ports.readings !== undefined) return await ports.readings.bundle(ports, path);
  return describeBundle(path, await ports.readFile(path));
}
