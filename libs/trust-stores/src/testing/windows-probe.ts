import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTrustStores, type EntryState, type StoreHandle, type StoreSnapshot } from '../index.ts';
import { realPorts } from './host.ts';

/** One call of a store's handle; DER is base64. */
export type ProbeCall =
  | { readonly call: 'list' }
  | { readonly call: 'collect' }
  | { readonly call: 'read' | 'snapshot'; readonly store: string }
  | { readonly call: 'add'; readonly store: string; readonly der: string }
  | { readonly call: 'remove'; readonly store: string; readonly sha256: string }
  | { readonly call: 'get'; readonly store: string; readonly sha256: string }
  | { readonly call: 'trusting'; readonly store: string; readonly der: string }
  | { readonly call: 'put'; readonly store: string; readonly sha256: string; readonly state: EntryState }
  | { readonly call: 'restore'; readonly store: string; readonly snapshot: StoreSnapshot };

const stores = createTrustStores(realPorts());

async function handleOf(id: string): Promise<StoreHandle> {
  const handle = (await stores.list()).find((one) => one.id === id);
  if (handle === undefined) throw new Error(`There is no store ${id}`);
  return handle;
}

async function answer(call: ProbeCall): Promise<unknown> {
  if (call.call === 'list') return (await stores.list()).map(({ id }) => id);
  if (call.call === 'collect') return (await stores.collect()).stores;
  const handle = await handleOf(call.store);
  switch (call.call) {
    case 'read':
      return (await handle.read()).store;
    case 'snapshot':
      return await handle.snapshot();
    case 'add':
      return await handle.add(Buffer.from(call.der, 'base64'));
    case 'remove':
      return await handle.remove(call.sha256);
    case 'restore':
      return await handle.restore(call.snapshot);
    default:
      return await entryAnswer(handle, call);
  }
}

function entryAnswer(
  { entries }: StoreHandle,
  call: Extract<ProbeCall, { call: 'trusting' | 'get' | 'put' }>,
): Promise<unknown> | EntryState {
  if (entries === null) throw new Error('It is only read');
  if (call.call === 'trusting') return entries.trusting(Buffer.from(call.der, 'base64'));
  return call.call === 'get' ? entries.get(call.sha256) : entries.put(call.sha256, call.state);
}

async function answers(calls: readonly ProbeCall[]): Promise<string> {
  const results: unknown[] = [];
  for (const call of calls) results.push((await answer(call)) ?? null);
  return JSON.stringify(results);
}

/**
 * Under Wine: calls on stdin, results on stdout. With a folder as its argument it stays, and takes `<n>.calls` from there for `<n>.results`
 * until it is killed: to start Node there takes seconds on a busy machine.
 */
async function main(folder: string | undefined): Promise<void> {
  if (folder === undefined) {
    process.stdout.write(await answers(JSON.parse(readFileSync(0, 'utf8')) as ProbeCall[]));
    return;
  }
  for (let turn = 0; ; turn += 1) {
    const path = join(folder, String(turn));
    while (!existsSync(`${path}.calls`)) await sleep(10);
    const results = await answers(JSON.parse(readFileSync(`${path}.calls`, 'utf8')) as ProbeCall[]);
    writeFileSync(`${path}.written`, results);
    renameSync(`${path}.written`, `${path}.results`);
  }
}

void main(process.argv[2]);
