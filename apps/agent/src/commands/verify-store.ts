import { createHost } from '@trustfleet/host';
import { evaluateAnchor } from '@trustfleet/repair';
import { createTrustStores } from '@trustfleet/trust-stores';

export interface VerifyStoreOptions {
  readonly anchor: string;
  readonly root: string;
}

/** The new process of a job's verification: reads the stores from nothing and prints the rule's answer as JSON. */
export async function verifyStoreCommand(
  options: VerifyStoreOptions,
  output: NodeJS.WritableStream,
): Promise<void> {
  const { stores } = await createTrustStores(createHost(), { root: options.root }).collect();
  output.write(`${JSON.stringify(evaluateAnchor({ stores: [...stores] }, options.anchor))}\n`);
}
