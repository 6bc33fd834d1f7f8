import { createHost } from '@trustfleet/host';
import { evaluateAnchor } from '@trustfleet/repair';
import { createTrustStores } from '@trustfleet/trust-stores';
import { readOneStore } from '../anchor-store-access.ts';

export interface VerifyStoreOptions {
  readonly anchor: string;
  /** The operating system's where it is left out. */
  readonly store?: string | undefined;
  readonly root: string;
}

/** The new process of a job's verification: reads the store from nothing and prints the rule's answer as JSON. */
export async function verifyStoreCommand(
  options: VerifyStoreOptions,
  output: NodeJS.WritableStream,
): Promise<void> {
  const { anchor, root, store } = options;
  const facts = await readOneStore(createTrustStores(createHost(), { root }), store);
  output.write(`${JSON.stringify(evaluateAnchor(facts, { anchor, store }))}\n`);
}
