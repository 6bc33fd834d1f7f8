import type { RootCatalogue } from '@trustfleet/certificates';
import { decodePythonSource, findCodeDecisions } from '@trustfleet/diagnosis';
import type { CodeFinding, CodeSection } from '@trustfleet/protocol';
import { inTurn } from '../in-turn.ts';
import type { PythonPorts } from '../ports.ts';
import { compare, createScan, problemsOf, type Scan } from '../scan.ts';
import { findSources, MAX_SOURCE_BYTES } from './source-files.ts';
import type { TrustedFile } from '../types.ts';
import { createTrustFiles, type TrustFiles } from './trust-files.ts';

const MAX_FINDINGS = 2000;
const MAX_ROOTS = 50;
/** After this no further file is read. */
const BUDGET_MS = 60_000;

export interface CollectCodeOptions {
  /** Directories, or single files, that people configured or named: no other code is read. Absolute. */
  readonly roots: readonly string[];
  /** As {@link CollectOptions.readNetwork}. */
  readonly readNetwork: readonly string[];
  /** Public roots: `ROOT_CATALOGUE` of @trustfleet/certificates/catalogue. */
  readonly catalogue: RootCatalogue;
  /** Prefix of the account database, for tests and images. Default '/'. */
  readonly root?: string;
}

export interface CodeResult {
  readonly section: CodeSection;
  /** Files of anchors that the code names; sorted. */
  readonly trusted: readonly TrustedFile[];
  /** Directories whose change means: look again. What lies deeper is met by the next scan. */
  readonly watch: readonly string[];
}

/** What the code below `roots` decides for itself about verification, each file read with its owner's rights. Never throws for what it finds. */
export async function collectCode(ports: PythonPorts, options: CollectCodeOptions): Promise<CodeResult> {
  const { root = '/', readNetwork, catalogue } = options;
  const scan = await createScan(ports, { processEnv: {}, readNetwork, root });
  const roots = [...new Set(options.roots)].toSorted(compare);
  for (const left of roots.slice(MAX_ROOTS)) scan.note(left, `more than ${MAX_ROOTS} roots are configured`);
  const deadline = Date.now() + BUDGET_MS;
  const sources = new Map<string, string>();
  let files = 0;
  for (const directory of roots.slice(0, MAX_ROOTS)) {
    const found = await sourcesBelow(scan, directory);
    files += found.files;
    for (const path of found.worth) sources.set(path, directory);
  }
  const trusted = createTrustFiles(scan, catalogue);
  const read = await inTurn([...sources.keys()], (path) => {
    if (Date.now() < deadline) return findingsIn(scan, path, trusted);
    scan.note(sources.get(path) ?? path, 'not all of it was read: it took too long');
    return Promise.resolve([]);
  });
  const findings = read
    .flat()
    .toSorted((a, b) => compare(a.path, b.path) || a.line - b.line || compare(a.rule, b.rule));
  if (findings.length > MAX_FINDINGS)
    scan.note(findings[MAX_FINDINGS]?.path ?? root, `only the first ${MAX_FINDINGS} findings are listed`);
  return {
    section: { findings: findings.slice(0, MAX_FINDINGS), files, problems: distinct(problemsOf(scan)) },
    trusted: trusted.files(),
    watch: roots.slice(0, MAX_ROOTS),
  };
}

/** One line for a file that could not be read for the time, not one for each. */
function distinct(problems: CodeSection['problems']): CodeSection['problems'] {
  const keys = problems.map(({ path, reason }) => `${path}\0${reason}`);
  return problems.filter((_, index) => keys.indexOf(keys[index] ?? '') === index);
}

async function sourcesBelow(
  scan: Scan,
  directory: string,
): Promise<{ readonly files: number; readonly worth: readonly string[] }> {
  const nothing = { files: 0, worth: [] };
  const reader = await scan.readerFor(directory);
  const listing = await scan.list(directory, reader);
  if (listing.state === 'notDirectory') return { files: 1, worth: [directory] };
  if (listing.state !== 'listed') {
    scan.note(directory, listing.detail);
    return nothing;
  }
  const found = await findSources(scan, directory, reader);
  if (found.detail !== null) scan.note(directory, found.detail);
  return found;
}

async function findingsIn(scan: Scan, path: string, trusted: TrustFiles): Promise<CodeFinding[]> {
  const reader = await scan.readerFor(path);
  const read = await scan.read(path, { reader, maxBytes: MAX_SOURCE_BYTES });
  if (read.state !== 'read') {
    // Gone since it was found: so is what it decides.
    if (read.state !== 'missing') scan.note(path, read.detail);
    return [];
  }
  const source = decodePythonSource(read.bytes);
  if (source === null) return [];
  const findings: CodeFinding[] = [];
  for (const found of findCodeDecisions(source)) {
    const problem = found.target === null ? null : await trusted.problemOf(found.target, { path, reader });
    findings.push({ path, ...found, problem });
  }
  return findings;
}
