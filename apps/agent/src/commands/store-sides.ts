import { isAbsolute, resolve } from 'node:path';
import type { CatalogueRoot, RootCatalogue } from '@trustfleet/certificates';
import { CliError, plain } from '@trustfleet/terminal';
import type { StoreReading, TrustStores } from '@trustfleet/trust-stores';
import { shortName } from '../report/anchor-table.ts';
import type { DiffRow, DiffSide } from '../report/store-diff.ts';
import { type Knowledge, storeProblems, storeRows } from '../report/store-rows.ts';

export interface SideSources extends Knowledge {
  readonly stores: TrustStores;
}

/** What a person named: `catalogue`, `catalogue@VERSION`, the id of a store, or a path. Throws CliError (2) where it is none of these. */
export async function openSide(named: string, sources: SideSources): Promise<DiffSide> {
  if (named === 'catalogue' || named.startsWith('catalogue@')) return catalogueSide(named, sources.catalogue);
  const handles = await sources.stores.list();
  const handle = handles.find(({ id }) => id === named);
  if (handle !== undefined) {
    const reading = await handle.read();
    const { state, detail } = reading.store.bundle;
    // What cannot be seen is unknown, not nothing: every anchor of the other side would seem to be missing here.
    if (state === 'unreadable' || state === 'tooLarge') throw unfit(named, state, detail);
    return storeSide(reading, sources);
  }
  const path = isAbsolute(named) ? named : resolve(named);
  const reading = await sources.stores.openBundle(path).read();
  const { state, detail } = reading.store.bundle;
  if (state === 'missing') {
    const known = handles.map(({ id }) => plain(id)).join(', ');
    throw new CliError(
      `${plain(named)} is no store of this machine and no file: name one of ${known === '' ? 'none' : known}, a PEM file, a directory of certificates by hash, or catalogue (catalogue@VERSION of certifi).`,
      2,
    );
  }
  if (state !== 'read') throw unfit(path, state, detail);
  return storeSide(reading, sources);
}

const unfit = (named: string, state: string, detail: string | null): CliError =>
  new CliError(`${plain(named)} cannot be compared: ${plain(detail ?? UNFIT[state] ?? state)}.`, 2);

const UNFIT: Readonly<Record<string, string>> = {
  empty: 'it is empty',
  der: 'it is one certificate in binary (DER), no bundle',
  utf16: 'it is UTF-16 text, which programs do not read',
  noCertificates: 'it holds no certificate',
  notRegularFile: 'it is no regular file',
  tooLarge: 'it is too large to be a bundle',
};

function storeSide(reading: StoreReading, knowledge: Knowledge): DiffSide {
  const { name, id, bundle } = reading.store;
  const rows = storeRows(reading, knowledge).map((row) => ({
    ...row,
    spkiSha256: row.facts?.spkiSha256 ?? null,
  }));
  const refused = bundle.opensslAccepts ? '' : ', which OpenSSL refuses as a whole';
  return { label: `${name} (${id})${refused}`, rows, problems: storeProblems(reading.store) };
}

function catalogueSide(named: string, catalogue: RootCatalogue): DiffSide {
  const version = named.includes('@') ? named.slice(named.indexOf('@') + 1) : catalogue.newest.version;
  const found = catalogue.rootsOf(version);
  if (found === null)
    throw new CliError(
      `There is no certifi ${plain(version)} in the catalogue: it goes from ${catalogue.oldest.version} to ${catalogue.newest.version}, e.g. catalogue@2024.07.04.`,
      2,
    );
  const label = `The public list, certifi ${found.release.version}`;
  return { label, rows: found.roots.map(catalogueRow), problems: [] };
}

/** The catalogue keeps no certificates, only what is known of them. */
function catalogueRow(root: CatalogueRoot): DiffRow {
  const { sha256, spkiSha256, subject, notAfter, entered, left } = root;
  return {
    ...{ sha256, spkiSha256, facts: null, trust: 'servers', origin: 'vendor' },
    ...{ name: shortName(subject), location: null, purposes: null },
    notAfter: new Date(`${notAfter}T23:59:59Z`),
    class: {
      ...{ kind: left === null ? 'publicCurrent' : 'publicRemoved', evidence: 'fingerprint' },
      ...{ name: subject, saysItIs: null, entered, left, note: null },
    },
  };
}
