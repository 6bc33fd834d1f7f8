import type { BundleProvenance } from '@trustfleet/protocol';
import { compare, type Reader } from '../scan.ts';
import type {
  ApiBundleCopy,
  CertifiCopy,
  CollectedOption,
  CollectedVariable,
  DefaultStore,
  PackageBundle,
  TrustedFile,
} from '../types.ts';

/** What other collectors found. */
export interface FoundBundles {
  readonly variables: readonly CollectedVariable[];
  readonly certifi: readonly CertifiCopy[];
  readonly packageBundles?: readonly PackageBundle[] | undefined;
  readonly defaults?: readonly DefaultStore[] | undefined;
  readonly shotgunApi?: readonly ApiBundleCopy[] | undefined;
  readonly trustedInCode?: readonly TrustedFile[] | undefined;
  readonly options?: readonly CollectedOption[] | undefined;
  /** As {@link CollectOptions.readNetwork}. */
  readonly readNetwork?: readonly string[] | undefined;
}

/** One path and form, with everything that leads to it. */
export interface Wanted {
  readonly path: string;
  readonly form: 'file' | 'directory';
  readonly provenance: readonly BundleProvenance[];
  readonly readers: readonly Reader[];
}

type Way = Pick<Wanted, 'path' | 'form'> & { readonly provenance: BundleProvenance; readonly reader: Reader };

/** Sorted by path. */
export function wantedBundles(found: FoundBundles): Wanted[] {
  const wanted = new Map<string, { form: Way['form']; path: string; ways: Way[] }>();
  for (const way of waysOf(found)) {
    const key = `${way.path}\0${way.form}`;
    const entry = wanted.get(key) ?? { form: way.form, path: way.path, ways: [] };
    entry.ways.push(way);
    wanted.set(key, entry);
  }
  return [...wanted.values()]
    .toSorted((a, b) => compare(`${a.path}\0${a.form}`, `${b.path}\0${b.form}`))
    .map(({ path, form, ways }) => ({
      ...{ path, form },
      provenance: ways.map(({ provenance }) => provenance),
      readers: ways.map(({ reader }) => reader),
    }));
}

function waysOf(found: FoundBundles): Way[] {
  const {
    certifi,
    packageBundles = [],
    defaults = [],
    shotgunApi = [],
    trustedInCode = [],
    options = [],
  } = found;
  return [
    ...found.variables.flatMap(variableWays),
    ...certifi.map(({ path, python, version, readAs }): Way => {
      return { path, form: 'file', provenance: { kind: 'certifi', python, version }, reader: readAs };
    }),
    ...packageBundles.map(({ path, name, python, version, readAs }): Way => {
      return { path, form: 'file', provenance: { kind: 'package', name, python, version }, reader: readAs };
    }),
    ...defaults.map(({ path, form, python, readAs }): Way => {
      return { path, form, provenance: { kind: 'pythonDefault', python }, reader: readAs };
    }),
    ...shotgunApi.map(({ path, api, version, readAs }): Way => {
      return { path, form: 'file', provenance: { kind: 'shotgunApi', api, version }, reader: readAs };
    }),
    ...trustedInCode.map(({ path, code, readAs }): Way => {
      return { path, form: 'file', provenance: { kind: 'code', path: code }, reader: readAs };
    }),
    ...options.flatMap(optionWays),
  ];
}

/** SSL_CERT_DIR names directories of hashed names, several with `:` between (SSL_CTX_load_verify_locations(3)); an empty value counts as unset. */
function variableWays({ variable, readAs }: CollectedVariable): Way[] {
  const { name, scope, owner, source, value } = variable;
  const provenance: BundleProvenance = { kind: 'variable', name, scope, owner, source };
  if (name !== 'SSL_CERT_DIR')
    return value === '' ? [] : [{ path: value, form: 'file', provenance, reader: readAs }];
  const separator = /^[a-z]:[\\/]/i.test(value) ? ';' : ':';
  return value
    .split(separator)
    .filter((path) => path !== '')
    .slice(0, 20)
    .map((path) => ({ path, form: 'directory', provenance, reader: readAs }));
}

/** Relative ones count from wherever the program is started: nothing can be said of them. */
function optionWays({ option, isPath, readAs }: CollectedOption): Way[] {
  const { client, name, value, definedIn: source } = option;
  if (!isPath || !/^(?:\/|[a-z]:[\\/])/i.test(value)) return [];
  return [
    { path: value, form: 'file', provenance: { kind: 'option', client, name, source }, reader: readAs },
  ];
}

const TEXTS: {
  readonly [kind in BundleProvenance['kind']]: (one: Extract<BundleProvenance, { kind: kind }>) => string[];
} = {
  certifi: ({ python }) => [python],
  package: ({ name, python }) => [name, python],
  pythonDefault: ({ python }) => [python],
  shotgunApi: ({ api }) => [api],
  variable: ({ name, scope, owner, source }) => [name, scope, owner ?? '', source],
  option: ({ client, name, source }) => [client, name, source],
  code: ({ path }) => [path],
};

/** The same for two that say the same. */
export function orderOf(provenance: BundleProvenance): string {
  const texts = TEXTS[provenance.kind] as (one: BundleProvenance) => string[];
  return [provenance.kind, ...texts(provenance)].join('\0');
}
