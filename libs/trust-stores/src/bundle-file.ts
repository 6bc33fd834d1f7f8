import { describeBundle, type DescribedBundle } from '@trustfleet/certificates';
import type { TrustStorePorts } from './ports.ts';

/** One PEM file with what it holds. Every failure is a state of the file. */
export async function readBundle(ports: TrustStorePorts, path: string): Promise<DescribedBundle> {
  return describeBundle(path, await ports.readFile(path));
}
