import { resolve } from 'node:path';
import { inspectAnchor, MAX_ANCHOR_BYTES, pemToDer } from '@trustfleet/certificates';
import { createHost } from '@trustfleet/host';
import { CliError } from '@trustfleet/terminal';
import { configurationProfile } from '@trustfleet/trust-stores';

/**
 * Prints a configuration profile that makes Macs trust one anchor. On any machine: it is a file for MDM, since from macOS 11 on no program
 * can do it by itself.
 */
export async function storesProfileCommand(path: string, output: NodeJS.WritableStream): Promise<void> {
  const read = await createHost().readFile(resolve(path), { maxBytes: MAX_ANCHOR_BYTES });
  if (read.state !== 'read') throw new CliError(read.detail);
  const { certificate, refusals } = inspectAnchor(read.bytes, new Date());
  const [refusal] = refusals;
  if (refusal !== undefined) throw new CliError(`${path}: ${refusal.message}`);
  if (certificate === null) throw new CliError(`${path}: There is no certificate in it.`);
  output.write(configurationProfile(pemToDer(certificate.pem)));
}
