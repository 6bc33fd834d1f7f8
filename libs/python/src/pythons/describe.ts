import { clip, type PythonEnvironment, type PythonPackage } from '@trustfleet/protocol';
import { isAbsolutePath } from '../paths.ts';
import { NOBODY } from '../ports.ts';
import { sharedFrom } from '../shares.ts';
import type { Reader, Scan } from '../scan.ts';
import type { CertifiCopy, DefaultStore, DescribedPython, PackageBundle } from '../types.ts';
import { ask, type RunFacts } from './ask.ts';
import { findLayout, type Layout } from './layout.ts';
import { findPackages } from './packages.ts';
import { isConda, type Program } from './program.ts';
import { mayRun } from './run-rule.ts';
import { expandSites, type Sites } from './sites.ts';

export interface Work {
  readonly program: Program;
  readonly mayStart: boolean;
}

export interface Description {
  readonly described: DescribedPython;
  /** What the interpreter's own answer was made of, besides the files that were read: to be there or not. */
  readonly presence: readonly string[];
  /** Likewise, by content. */
  readonly libraries: readonly string[];
  /** False where the answer was cut short by what has nothing to do with this Python. */
  readonly lasting: boolean;
}

/** All about one environment: from the interpreter itself where the rule lets it run, else from files. */
export async function describe(scan: Scan, work: Work): Promise<Description> {
  const { program } = work;
  const layout = await findLayout(scan, program);
  const sites = await expandSites(program.on, {
    sites: layout?.sites ?? [],
    library: layout?.library ?? null,
  });
  const asked = await askIfAllowed(scan, { ...work, layout, sites });
  const facts = 'facts' in asked ? asked.facts : null;
  const path = facts === null ? sites.directories : importPath(facts, layout);
  const packages = await findPackages(program.on, path);
  const bundles = await bundlesOf(program, packages);
  const about = await commonFacts(scan, { program, packages, hooks: sites.hooks });
  const python =
    facts === null
      ? staticPython(about, { layout, program, because: failureOf(asked) })
      : runPython(about, facts);
  return {
    described: { python, ...bundles, defaults: defaultsOf(program, facts), sites: path },
    ...madeOf(facts),
    lasting: failureOf(asked) !== NO_TIME,
  };
}

function madeOf(facts: RunFacts | null): Pick<Description, 'presence' | 'libraries'> {
  if (facts === null) return { presence: [], libraries: [] };
  return {
    presence: compiledIn(facts).flatMap(({ path }) => path ?? []),
    libraries: [...(facts.libraries ?? []), ...configurations(facts)],
  };
}

const NO_TIME = 'the time for starting interpreters was used up by others';

async function askIfAllowed(
  scan: Scan,
  work: Work & { readonly layout: Layout | null; readonly sites: Sites },
): Promise<{ facts: RunFacts } | { failure: string }> {
  const { program, layout, sites } = work;
  if (program.neverRun !== null) return { failure: program.neverRun };
  // The C library would hand such a file to /bin/sh.
  if (program.form === 'other') return { failure: 'it is neither a program nor a script' };
  if (program.candidate.onlyWithLibrary === true && layout === null)
    return { failure: 'its standard library was not found beside it, so what it would execute is not known' };
  const share = await scan.shareOf(program.candidate.path);
  if (share !== null)
    return { failure: `it lies on a share (${share.export || share.type}), which others may change` };
  const decision = await mayRun(scan, {
    path: program.candidate.path,
    isScript: program.form === 'script',
    readAs: program.candidate.readAs ?? namedByText(program),
    layout,
    sites: sites.directories,
  });
  if (!decision.run) return { failure: decision.because };
  if (!work.mayStart) return { failure: NO_TIME };
  return await ask(scan, { path: program.candidate.path, account: decision.account });
}

/** Of root's Pythons, one that only a text names runs as nobody or not at all. */
function namedByText({ candidate, reader }: Program): typeof NOBODY | undefined {
  return candidate.onlyWithLibrary === true && reader?.uid === NOBODY.uid ? NOBODY : undefined;
}

const failureOf = (asked: { facts: RunFacts } | { failure: string }): string =>
  'failure' in asked ? asked.failure : '';

/** sys.path without the standard library, which holds none of the packages looked for. */
function importPath(facts: RunFacts, layout: Layout | null): string[] {
  return facts.path.filter(
    (entry) =>
      isAbsolutePath(entry) &&
      entry !== layout?.library &&
      !entry.endsWith('.zip') &&
      !entry.endsWith('/lib-dynload'),
  );
}

type Common = Pick<
  PythonEnvironment,
  'path' | 'realPath' | 'kind' | 'product' | 'hooks' | 'shared' | 'packages'
>;

async function commonFacts(
  scan: Scan,
  found: {
    readonly program: Program;
    readonly packages: PythonPackage[];
    readonly hooks: Sites['hooks'];
  },
): Promise<Common> {
  const { program } = found;
  const { candidate } = program;
  const share = await scan.shareOf(candidate.path);
  return {
    path: candidate.path,
    realPath: program.realPath,
    kind: await kindOf(scan, program),
    product: candidate.product ?? null,
    hooks: [...found.hooks],
    ...(share === null ? {} : { shared: sharedFrom(share) }),
    packages: found.packages,
  };
}

/** What the place says is kept for products and registered Pythons; a conda environment and a venv say what they are. */
async function kindOf(scan: Scan, { candidate, venv }: Program): Promise<PythonEnvironment['kind']> {
  if (['dcc', 'shotgridDesktop', 'store', 'windowsRegistry'].includes(candidate.kind)) return candidate.kind;
  if (venv !== null) return 'venv';
  return (await isConda(scan, candidate.path)) ? 'conda' : candidate.kind;
}

function runPython(about: Common, facts: RunFacts): PythonEnvironment {
  return {
    ...about,
    version: facts.version,
    implementation: facts.implementation,
    openssl: facts.openssl ?? null,
    verifyPaths: facts.verifyPaths ?? null,
    ssl: facts.ssl ?? null,
    facts: 'run',
    notRunBecause: null,
    ...(facts.sslError === undefined ? {} : { sslError: facts.sslError }),
    ...(facts.contextError === undefined ? {} : { contextError: facts.contextError }),
  };
}

function staticPython(
  about: Common,
  from: { readonly layout: Layout | null; readonly program: Program; readonly because: string },
): PythonEnvironment {
  const { layout, program } = from;
  return {
    ...about,
    version: layout?.version ?? program.venv?.version ?? program.candidate.stated?.version ?? null,
    implementation: null,
    openssl: null,
    verifyPaths: null,
    ssl: null,
    facts: 'static',
    notRunBecause: clip(from.because, 512),
  };
}

async function bundlesOf(
  program: Program,
  packages: readonly PythonPackage[],
): Promise<Pick<DescribedPython, 'certifi' | 'packageBundles'>> {
  let certifi: CertifiCopy | null = null;
  const packageBundles: PackageBundle[] = [];
  for (const { name, version, location, bundle } of packages) {
    if (bundle === null || bundle === undefined) continue;
    const reader: Reader = await program.on.readerFor(location);
    const copy = { path: bundle, python: program.candidate.path, version, readAs: reader };
    if (name === 'certifi') certifi = copy;
    else packageBundles.push({ ...copy, name });
  }
  return { certifi, packageBundles };
}

/** Loaded where no variable says otherwise; `SSL_CERT_FILE` was not set when it was asked (python-tls.md §3). */
function compiledIn(
  facts: RunFacts,
): { readonly path: string | null; readonly form: DefaultStore['form'] }[] {
  const paths = facts.verifyPaths;
  return [
    { path: paths?.opensslCafile ?? null, form: 'file' },
    { path: paths?.opensslCapath ?? null, form: 'directory' },
  ];
}

/** With the rights of whoever this Python belongs to: its answer may say anything. A path that the build machine had and this one has not is no store: it is a fact of `verifyPaths` (python-tls.md §3). */
function defaultsOf(program: Program, facts: RunFacts | null): DefaultStore[] {
  if (facts === null) return [];
  const present = [facts.verifyPaths?.cafile, facts.verifyPaths?.capath];
  return compiledIn(facts).flatMap(({ path, form }) =>
    path === null || !isAbsolutePath(path) || !present.includes(path)
      ? []
      : [{ path, form, python: program.candidate.path, readAs: program.reader }],
  );
}

/** OpenSSL's settings decide levels and flags; they lie beside its default file. */
function configurations(facts: RunFacts): string[] {
  const file = facts.verifyPaths?.opensslCafile ?? '';
  return isAbsolutePath(file) ? [`${file.slice(0, file.lastIndexOf('/'))}/openssl.cnf`] : [];
}
