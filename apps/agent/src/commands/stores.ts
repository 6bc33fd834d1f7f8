import { createFactsCache } from '@trustfleet/certificates';
import { createHost } from '@trustfleet/host';
import { createTrustStores } from '@trustfleet/trust-stores';
import { inertJson } from '../report/inert-json.ts';
import { storeProblems, storeRows, type StoreRow } from '../report/store-rows.ts';
import { type ListedStore, renderStores } from '../report/stores-list.ts';

export interface StoresOptions {
  readonly json: boolean;
  readonly root: string;
}

/** Reads every trust store of this machine and prints each anchor with what is known of it. */
export async function storesCommand(options: StoresOptions, output: NodeJS.WritableStream): Promise<void> {
  const { ROOT_CATALOGUE: catalogue } = await import('@trustfleet/certificates/catalogue');
  const stores = createTrustStores(createHost(), { root: options.root });
  const readings = await Promise.all((await stores.list()).map((handle) => handle.read()));
  const knowledge = { catalogue, cache: createFactsCache() };
  const listed = readings.map((reading) => ({ store: reading.store, rows: storeRows(reading, knowledge) }));
  output.write(
    options.json
      ? inertJson({ catalogue: catalogue.newest, stores: listed.map(storeJson) })
      : renderStores(listed, { now: new Date(), newest: catalogue.newest }),
  );
}

function storeJson({ store, rows }: ListedStore): object {
  const { id, driver, name, operatingSystem, user = null, cannotChange, bundle } = store;
  const { path, state, opensslAccepts, sha256 } = bundle;
  return {
    ...{ id, driver, name, operatingSystem, user, cannotChange },
    ...{ path, state, opensslAccepts, sha256 },
    problems: storeProblems(store),
    anchors: rows.map(anchorJson),
  };
}

/** An anchor as `--json` has it, here and in `stores diff`. */
export function anchorJson(row: StoreRow): object {
  const { facts, ...rest } = row;
  if (facts === null) return { ...rest, certificate: null };
  const { sha1, spkiSha256, subject, issuer, commonName, notBefore, notAfter, nameConstraints } = facts;
  return {
    ...rest,
    certificate: { sha1, spkiSha256, subject, issuer, commonName, notBefore, notAfter, nameConstraints },
  };
}
