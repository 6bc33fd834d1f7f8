import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { HostFacts } from '@trustfleet/policy';
import {
  installedIn,
  isSameVersion,
  REMEDIES,
  type PackageContext,
  type PackageHostLook,
  type PythonUpgradePackageParameters,
  type RemedyEffect,
} from '@trustfleet/remedies';
import { readArchive, type Archive } from '../code-trees/archive.ts';
import type { Account } from '../code-trees/ports.ts';
import type { Tree } from '../code-trees/tree.ts';
import { StepFailedError, StepRefusedError, type PlanGiven } from '../remedy.ts';
import { formOf, namesOf, readSite, type Site } from './distribution.ts';
import { lookAtInterpreter, type Interpreter } from './interpreter.ts';
import { runPip } from './pip.ts';
import type { PythonPackageAccess } from './ports.ts';

const PREPARE_LIMIT_MS = 400_000;

export interface Wheel {
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/** One order's work. */
export interface Upgrading {
  readonly access: PythonPackageAccess;
  readonly parameters: PythonUpgradePackageParameters;
  /** The wheel of the order; null where the index has it. */
  readonly wheel: Wheel | null;
}

/** All that is known before anything is changed. */
export interface Prepared {
  readonly interpreter: Interpreter;
  readonly site: Site;
  readonly wheel: Wheel;
  readonly archive: Archive;
  /** What stands there, and by which names. */
  readonly previous: Tree;
}

/** A shared install that this host does not keep ends as `incompatible`. */
type Refusal = Exclude<RemedyEffect, { kind: 'change' }> & { readonly state?: 'incompatible' };

/** Why there is nothing to prepare: what the remedy's effect says, or the interpreter's owner. */
export type Preparation =
  | {
      readonly kind: 'ready';
      readonly prepared: Prepared;
      readonly context: PackageContext;
      readonly facts: HostFacts;
    }
  | { readonly kind: 'not'; readonly effect: Refusal };

const not = (reason: string): Preparation => ({ kind: 'not', effect: { kind: 'notApplicable', reason } });

/** Looks at the Python, and fetches and reads the wheel; nothing of the environment is changed. Throws {@link StepFailedError} where the index does not answer. */
export async function prepare(upgrading: Upgrading, given: PlanGiven = {}): Promise<Preparation> {
  try {
    return await look(upgrading, given);
  } catch (error) {
    if (error instanceof StepRefusedError) return not(error.message);
    throw error;
  }
}

/** What is known of the Python before its interpreter is asked. */
interface Known {
  readonly upgrading: Upgrading;
  readonly facts: HostFacts;
  readonly archive: Archive | null;
  readonly stored: PackageContext;
}

async function look(upgrading: Upgrading, given: PlanGiven): Promise<Preparation> {
  const { access, parameters, wheel } = upgrading;
  const facts = given.facts ?? (await access.facts());
  const archive = wheel === null ? null : await readWheel(wheel, parameters);
  const stored = await contextOf(upgrading, archive);
  const effect = effectOn(facts, parameters, stored);
  const shared = installedIn(facts, parameters)?.python.shared ?? null;
  if (effect.kind === 'notApplicable' && shared !== null && !stored.keeper)
    return { kind: 'not', effect: { ...effect, state: 'incompatible' } };
  if (effect.kind !== 'change') return { kind: 'not', effect };
  return lookInside({ upgrading, facts, archive, stored });
}

async function lookInside({ upgrading, facts, archive: known, stored }: Known): Promise<Preparation> {
  const { access, parameters } = upgrading;
  const signal = AbortSignal.timeout(PREPARE_LIMIT_MS);
  const opened = await openSite(access, { facts, parameters });
  if ('reason' in opened) return not(opened.reason);
  const { interpreter, site } = opened;
  const previous = await readSite(site, (await namesOf(site)).names);
  const asked = { ...stored, host: await lookAt(interpreter, { previous, signal }) };
  const before = effectOn(facts, parameters, asked);
  if (before.kind !== 'change') return { kind: 'not', effect: before };
  const wheel = upgrading.wheel ?? (await fetchWheel(interpreter, parameters, signal));
  const archive = known ?? (await readWheel(wheel, parameters));
  const context = { ...asked, release: archive.facts };
  const effect = effectOn(facts, parameters, context);
  if (effect.kind !== 'change') return { kind: 'not', effect };
  return { kind: 'ready', prepared: { interpreter, site, wheel, archive, previous }, context, facts };
}

export const effectOn = (
  facts: HostFacts,
  parameters: PythonUpgradePackageParameters,
  context: PackageContext,
): RemedyEffect => REMEDIES['python.upgradePackage'].effect(facts, parameters, context);

async function contextOf(
  { access, parameters }: Upgrading,
  archive: Archive | null,
): Promise<PackageContext> {
  const { package: name, version, python } = parameters;
  const roots = name === 'certifi' ? await access.certifiRoots(version) : null;
  return {
    release: archive?.facts ?? null,
    certifiRoots: (asked) => (asked === version ? roots : null),
    keeper: await access.isKeeper(python),
  };
}

/** The directory that the package is in, where one account alone owns it and all that the interpreter executes. */
export async function openSite(
  access: PythonPackageAccess,
  { facts, parameters }: { facts: HostFacts; parameters: PythonUpgradePackageParameters },
): Promise<{ interpreter: Interpreter; site: Site } | { reason: string }> {
  const { python, package: name } = parameters;
  const location = installedIn(facts, parameters)?.installed?.location;
  if (location === undefined) return { reason: `${name} is not installed in ${python}.` };
  const base = dirname(location);
  const owner = await access.ownerOf(python);
  if (owner.kind === 'nobody') return { reason: `${python} is not run: ${owner.reason}` };
  const writer = await access.writerOf(base);
  if (writer.kind === 'nobody') return { reason: `${base} is not changed: ${writer.reason}` };
  if (!isSame(owner.account, writer.account))
    return {
      reason: `${base} belongs to ${whose(writer.account)}, and other code that ${python} executes to ${whose(owner.account)}: pip would run it with rights that are not its own.`,
    };
  const { account } = writer;
  return { interpreter: { access, python, account }, site: { access, account, base, name } };
}

const isSame = (a: Account | null, b: Account | null): boolean => a?.uid === b?.uid;
const whose = (account: Account | null): string => (account === null ? 'root' : `uid ${account.uid}`);

async function lookAt(
  interpreter: Interpreter,
  { previous, signal }: { previous: Tree; signal: AbortSignal },
): Promise<PackageHostLook> {
  const { sites, pip, external } = await lookAtInterpreter(interpreter, signal);
  const { form, installer, outside } = formOf(previous);
  return {
    ...{ sites, pip, form, manager: installer },
    externallyManaged: external === null ? null : firstWords(external),
    notWritable:
      outside === null
        ? null
        : `It installed ${outside} outside of its site-packages, which would not be kept for undo: upgrade it by hand.`,
  };
}

/** `Error=` of the section (PEP 668), as one line. */
function firstWords(text: string): string {
  const said = /^Error\s*=\s*([\s\S]*?)(?=^\S|$(?![\r\n]))/m.exec(text)?.[1] ?? text;
  return said.replaceAll(/\s+/g, ' ').trim().slice(0, 300) || 'its EXTERNALLY-MANAGED says so.';
}

async function readWheel(
  wheel: Wheel,
  { package: name, version }: PythonUpgradePackageParameters,
): Promise<Archive> {
  const archive = await readArchive(wheel.bytes, name);
  // shotgrid.md §1.1, "Mismatches": some tags of shotgun_api3 state an older version than their metadata.
  const stated = /-([^-]+)-[^-]+-[^-]+-[^-]+\.whl$/.exec(wheel.fileName)?.[1]?.replace(/-\d.*$/, '') ?? null;
  if (archive.distInfo === null || !isSameVersion(stated, version))
    throw new StepRefusedError(
      `${wheel.fileName} is not the wheel of ${name} ${version} that the order names.`,
    );
  return archive;
}

/** Into a folder of its own, by the interpreter's own pip with its own settings. */
async function fetchWheel(
  interpreter: Interpreter,
  { package: name, version }: PythonUpgradePackageParameters,
  signal: AbortSignal,
): Promise<Wheel> {
  const { access, account } = interpreter;
  const token = randomBytes(8).toString('hex');
  const { folder = '' } = await access.work(account, { do: 'makeFolder', token, files: [] });
  try {
    const quiet = ['--disable-pip-version-check', '--no-input', '--no-cache-dir'];
    const args = [
      'download',
      '--no-deps',
      ...quiet,
      '--only-binary',
      ':all:',
      '-d',
      folder,
      `${name}==${version}`,
    ];
    await runPip(interpreter, { args, index: true, signal });
    const { files = [] } = await access.work(account, { do: 'readFolder', token });
    const [file, ...more] = files.filter((one) => one.name.endsWith('.whl'));
    if (file === undefined || more.length > 0)
      throw new StepFailedError(
        `pip ended well and left ${more.length === 0 ? 'no wheel' : 'several wheels'} of ${name} ${version}.`,
      );
    return { fileName: file.name, bytes: new Uint8Array(Buffer.from(file.content, 'base64')) };
  } finally {
    await access.work(account, { do: 'removeFolder', token });
  }
}
