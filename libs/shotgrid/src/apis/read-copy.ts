import type { Reader } from '../access/rights.ts';
import type { View } from '../access/view.ts';
import { CA_FILE, CA_FILES, CODE, type CaFacts } from './api-facts.ts';
import type { FoundApi, FoundBundle, Standpoint } from './found-api.ts';
import { ZIP } from './zip-facts.ts';

/** A copy in a directory `shotgun_api3`; null where its `shotgun.py` is not there or cannot be read (then there is a problem line). */
export async function readPackage(
  view: View,
  at: Standpoint & { readonly directory: string },
): Promise<FoundApi | null> {
  const { join } = view.scan.paths;
  const path = join(at.directory, 'shotgun.py');
  const code = await view.facts(path, CODE);
  if (code.state !== 'read') return null;
  const caFiles = await readCaFiles(
    view,
    CA_FILES.map((file) => join(at.directory, ...file.split('/'))),
  );
  return found({ at, path, location: at.directory }, { code: code.value, shared: code.shared, caFiles });
}

/** 3.0.2 – 3.0.7 are one file without any CA file (shotgrid.md §1.1). */
export async function readSingleFile(
  view: View,
  at: Standpoint & { readonly path: string },
): Promise<FoundApi | null> {
  const code = await view.facts(at.path, CODE);
  if (code.state !== 'read') return null;
  // Any module may have this name; what states no version is none of Autodesk's.
  if (code.value.version === null) return null;
  return found(
    { at, path: at.path, location: at.path },
    { code: code.value, shared: code.shared, caFiles: [] },
  );
}

/**
 * A copy inside a zip: a core's pkgs.zip, a zipped egg. `extracted`: the CA file that the API really loads, since ssl reads none
 * in a zip (shotgrid.md §2.5).
 */
export async function readZipped(
  view: View,
  at: Standpoint & {
    readonly zip: string;
    readonly zipPython: string | null;
    readonly extracted: readonly string[];
  },
): Promise<FoundApi | null> {
  const read = await view.facts(at.zip, ZIP);
  if (read.state !== 'read') return null;
  const { api, bundles, problem, metadataVersion } = read.value;
  if (problem !== null) view.scan.note(at.zip, problem);
  if (api === null) return null;
  const inside = (member: string): string => `${at.zip}!${member}`;
  const copy = found(
    {
      at: { ...at, metadataVersion: metadataVersion ?? at.metadataVersion },
      path: inside(api.member),
      location: inside(api.member.replace(/\/shotgun\.py$/, '')),
    },
    { code: api, shared: read.shared, caFiles: await readCaFiles(view, at.extracted) },
  );
  const zipped = bundles.map(({ member, ...facts }) => ({ path: inside(member), ...facts }));
  return { ...copy, zipPython: at.zipPython, bundles: [...zipped, ...copy.bundles].slice(0, MAX_BUNDLES) };
}

const MAX_BUNDLES = 16;

function found(
  where: { readonly at: Standpoint; readonly path: string; readonly location: string },
  what: Pick<FoundApi, 'shared'> & {
    readonly caFiles: readonly CaFile[];
    readonly code: { readonly version: string | null; readonly sha256: string };
  },
): FoundApi {
  const { form, metadataVersion, core } = where.at;
  return {
    ...{ path: where.path, location: where.location, form, metadataVersion, core, zipPython: null },
    version: what.code.version,
    // A link may lead to any file at all, and the digest of what is no API is nobody's business.
    sha256: what.code.version === null ? null : what.code.sha256,
    bundles: what.caFiles.map(({ bundle }) => bundle),
    shared: what.shared,
    onDisk: what.caFiles.map(({ bundle, reader }) => ({ path: bundle.path, reader })),
  };
}

interface CaFile {
  readonly bundle: FoundBundle;
  readonly reader: Reader;
}

/** Those that are there; one that may not be read has no digest. */
async function readCaFiles(view: View, paths: readonly string[]): Promise<CaFile[]> {
  const all = await Promise.all(
    paths.map(async (path): Promise<CaFile[]> => {
      const facts = await view.facts<CaFacts>(path, CA_FILE);
      if (facts.state === 'missing') return [];
      return facts.state === 'read'
        ? [{ bundle: { path, ...facts.value }, reader: facts.reader }]
        : [{ bundle: { path, sha256: null, certificates: 0 }, reader: view.fixed }];
    }),
  );
  return all.flat();
}
