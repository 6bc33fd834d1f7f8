import { describeBundle, type BundleRead } from '@trustfleet/certificates';
import type { BundleProvenance, InventoryBundle } from '@trustfleet/protocol';
import type { PythonPorts } from '../ports.ts';
import { compare, createScan, type Reader, type Scan } from '../scan.ts';
import type { BundlesResult, CertifiCopy, CollectedVariable } from '../types.ts';

const MAX_BUNDLES = 500;
const MAX_PROVENANCE = 200;

interface Wanted {
  readonly provenance: BundleProvenance[];
  readonly readers: Reader[];
}

/** PEM files that variables name and certifi copies bring, one entry a path. Never throws for what it finds. */
export async function collectBundles(
  ports: PythonPorts,
  found: { readonly variables: readonly CollectedVariable[]; readonly certifi: readonly CertifiCopy[] },
): Promise<BundlesResult> {
  const scan = await createScan(ports, { processEnv: {} });
  const wanted = byPath(found);
  const bundles: InventoryBundle[] = [];
  const certificates = new Map<string, Uint8Array>();
  for (const [path, { provenance, readers }] of [...wanted]
    .toSorted(([a], [b]) => compare(a, b))
    .slice(0, MAX_BUNDLES)) {
    const bundle = describeBundle(path, await readFirst(scan, { path, readers }));
    for (const { sha256, der } of bundle.certificates) certificates.set(sha256, der);
    const ordered = provenance.toSorted((a, b) => compare(orderOf(a), orderOf(b)));
    bundles.push({ ...bundle.file, provenance: ordered.slice(0, MAX_PROVENANCE) });
  }
  return {
    section: { bundles },
    certificates,
    watch: bundles.filter(({ path }) => /^(\/|[a-z]:[\\/])/i.test(path)).map(({ path }) => path),
  };
}

function byPath(found: {
  readonly variables: readonly CollectedVariable[];
  readonly certifi: readonly CertifiCopy[];
}): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  const want = (path: string, item: { provenance: BundleProvenance; reader: Reader }): void => {
    const entry = wanted.get(path) ?? { provenance: [], readers: [] };
    entry.provenance.push(item.provenance);
    entry.readers.push(item.reader);
    wanted.set(path, entry);
  };
  for (const { variable, readAs } of found.variables) {
    // SSL_CERT_DIR names a directory of hashed links; an empty value counts as unset (python-tls.md §4).
    if (variable.name === 'SSL_CERT_DIR' || variable.value === '') continue;
    const { name, scope, owner, source } = variable;
    want(variable.value, { provenance: { kind: 'variable', name, scope, owner, source }, reader: readAs });
  }
  for (const copy of found.certifi)
    want(copy.path, {
      provenance: { kind: 'certifi', python: copy.python, version: copy.version },
      reader: copy.readAs,
    });
  return wanted;
}

/**
 * With the rights of one who names the file: of a user for a user's variable (security.md, "a local user"), the agent's own
 * only when nobody but the machine's or a service's settings name it. The first account, by uid, that can read it decides.
 */
async function readFirst(
  scan: Scan,
  wanted: { readonly path: string; readonly readers: readonly Reader[] },
): Promise<BundleRead> {
  const users = new Map(
    wanted.readers.flatMap((reader) => (reader === null ? [] : [[reader.uid, reader] as const])),
  );
  const own = wanted.readers.includes(null);
  const order: Reader[] = own ? [null] : [...users.values()].toSorted((a, b) => a.uid - b.uid);
  let last: BundleRead | null = null;
  for (const reader of order.slice(0, 20)) {
    last = await scan.read(wanted.path, { reader });
    if (last.state === 'read') return last;
  }
  return last ?? { state: 'unreadable', detail: 'nobody to read it as', size: null, realPath: null };
}

function orderOf(provenance: BundleProvenance): string {
  if (provenance.kind === 'certifi') return `certifi\0${provenance.python}`;
  return ['variable', provenance.name, provenance.scope, provenance.owner ?? '', provenance.source].join(
    '\0',
  );
}
