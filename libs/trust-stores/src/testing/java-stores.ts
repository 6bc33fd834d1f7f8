import { readFileSync } from 'node:fs';
import { describeCertificate } from '@trustfleet/certificates';
import { trustStoresSection, type TrustStore } from '@trustfleet/protocol';
import { expect } from 'vitest';
import { parseKeystore } from '../drivers/java/parse-keystore.ts';
import { createTrustStores, type StoreHandle } from '../index.ts';
import type { TrustStorePorts } from '../ports.ts';
import type { JavaLab } from './java-lab.ts';
import { trustingPorts } from './trusting-ports.ts';

/** Those of root, to whom alone the lab's tree belongs. */
export function javaPorts(lab: JavaLab): TrustStorePorts {
  return { ...trustingPorts(lab.root), uid: 0 };
}

/** Every keystore of the lab. */
export async function openJavas(lab: JavaLab, ports = javaPorts(lab)): Promise<readonly StoreHandle[]> {
  const handles = await createTrustStores(ports, { root: lab.root }).list();
  return handles.filter(({ id }) => id.startsWith('java:'));
}

/** The lab's only keystore. */
export async function openJava(lab: JavaLab, ports?: TrustStorePorts): Promise<StoreHandle> {
  const [handle, ...more] = await openJavas(lab, ports);
  if (handle === undefined || more.length > 0) throw new Error(`${more.length} keystores`);
  return handle;
}

/** The lab's only keystore as it is reported, which fits the contract. */
export async function readJava(lab: JavaLab, ports?: TrustStorePorts): Promise<TrustStore> {
  const { store } = await (await openJava(lab, ports)).read();
  expect(trustStoresSection.parse({ stores: [store] })).toEqual({ stores: [store] });
  return store;
}

/** Alias and digest of every entry. */
export function contentsOf(lab: JavaLab, path: string): string[] {
  const { entries } = parseKeystore(readFileSync(lab.at(path)));
  return entries.map((one) => `${one.alias}=${describeCertificate(one.der).sha256}`).toSorted();
}
