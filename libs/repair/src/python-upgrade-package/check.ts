import type { SubjectEvidence } from '@trustfleet/protocol';
import { isSameVersion, type PythonUpgradePackageParameters } from '@trustfleet/remedies';
import { digestOfTree, unpackTree } from '../code-trees/tree.ts';
import type { DoneWork, RemedyCheck } from '../remedy.ts';
import { sameEvidence } from '../same-evidence.ts';
import { namesOf, readSite } from './distribution.ts';
import { importIn, type Imported } from './interpreter.ts';
import type { PythonPackageAccess } from './ports.ts';
import { openSite } from './prepare.ts';
import { inversesIn, whatIsLeft } from './steps.ts';

interface Seen {
  readonly imported: Imported;
  readonly sha256: string | null;
  readonly leftovers: readonly string[];
}

/** The package as a new process of that interpreter imports it, and the files it is made of. */
async function look(
  access: PythonPackageAccess,
  parameters: PythonUpgradePackageParameters,
  signal: AbortSignal,
): Promise<Seen | { reason: string }> {
  const opened = await openSite(access, { facts: await access.facts(), parameters });
  if ('reason' in opened) return opened;
  const { names, leftovers } = await namesOf(opened.site);
  const sha256 = digestOfTree(await readSite(opened.site, names));
  return {
    imported: await importIn(opened.interpreter, { name: parameters.package, signal }),
    sha256,
    leftovers,
  };
}

function evidenceOf(
  { package: name, python }: PythonUpgradePackageParameters,
  seen: Seen,
  holds: boolean,
): SubjectEvidence {
  const { imported, sha256 } = seen;
  return {
    subject: 'package',
    name: `${name} in ${python}`.slice(0, 4096),
    state: imported.version,
    sha256,
    holds,
  };
}

const inconclusive = (detail: string): RemedyCheck => ({ holds: null, detail, evidence: null });

/** Does a new process of that interpreter import the wanted version? */
export async function checkUpgraded(
  access: PythonPackageAccess,
  parameters: PythonUpgradePackageParameters,
  signal: AbortSignal,
): Promise<RemedyCheck> {
  const seen = await look(access, parameters, signal);
  if ('reason' in seen) return inconclusive(seen.reason);
  const { error, version } = seen.imported;
  const holds = error === null && isSameVersion(version, parameters.version);
  const detail =
    error === null
      ? `${parameters.python} imports ${parameters.package} ${version ?? 'without a version'}, not ${parameters.version}.`
      : `${parameters.python} cannot import ${parameters.package}: ${error}`;
  return { holds, detail: holds ? null : detail, evidence: evidenceOf(parameters, seen, holds) };
}

/** Is what the run did gone? The files are as before, or the distribution is another one that somebody else put there. */
export async function checkPutBack(
  access: PythonPackageAccess,
  {
    parameters,
    done,
    signal,
  }: { parameters: PythonUpgradePackageParameters; done: DoneWork; signal: AbortSignal },
): Promise<RemedyCheck> {
  const seen = await look(access, parameters, signal);
  if ('reason' in seen) return inconclusive(seen.reason);
  const [inverse] = inversesIn(done.inverses);
  if (inverse === undefined)
    return { holds: true, detail: null, evidence: evidenceOf(parameters, seen, true) };
  const same = digestOfTree(unpackTree(inverse.previous)) === seen.sha256;
  const evidence = evidenceOf(parameters, seen, same);
  if (same || sameEvidence(done.before, evidence))
    return { holds: true, detail: null, evidence: { ...evidence, holds: true } };
  const { standing } = await whatIsLeft(access, inverse);
  return {
    holds: false,
    evidence,
    detail: `${parameters.package} in ${parameters.python} is not as it was (${standing.state}).`,
  };
}
