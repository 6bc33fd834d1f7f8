import { readFileSync } from 'node:fs';
import { createHost } from '../host.ts';
import type { WindowsEntry, WindowsLocation, WindowsStoreName, WindowsStores } from '../types.ts';

/** DER as base64, so that all of it is JSON. */
export type ProbeEntry = Omit<WindowsEntry, 'der'> & { readonly der: string };

export type ProbeStep =
  | { readonly do: 'read'; readonly location: WindowsLocation; readonly store: WindowsStoreName }
  | { readonly do: 'put'; readonly store: WindowsStoreName; readonly entry: ProbeEntry }
  | { readonly do: 'remove'; readonly store: WindowsStoreName; readonly sha256: string }
  | { readonly do: 'whyNotWritable'; readonly store: WindowsStoreName };

async function step(stores: WindowsStores, one: ProbeStep): Promise<unknown> {
  switch (one.do) {
    case 'read':
      return await stores.read(one.location, one.store);
    case 'put':
      await stores.put(one.store, { ...one.entry, der: Buffer.from(one.entry.der, 'base64') });
      return null;
    case 'remove':
      return await stores.remove(one.store, one.sha256);
    case 'whyNotWritable':
      return await stores.whyNotWritable(one.store);
  }
}

/** Under Wine: the steps on stdin, one result each on stdout; what fails is `{ failed }`. */
async function main(): Promise<void> {
  const stores = createHost().windowsStores;
  if (stores === null) throw new Error('This is no Windows');
  const results: unknown[] = [];
  for (const one of JSON.parse(readFileSync(0, 'utf8')) as readonly ProbeStep[])
    results.push(
      await step(stores, one).catch((error: unknown) => ({
        failed: error instanceof Error ? error.message : String(error),
      })),
    );
  const plain = (_: string, value: unknown): unknown =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : (value ?? null);
  process.stdout.write(JSON.stringify(results, plain));
}

void main();
