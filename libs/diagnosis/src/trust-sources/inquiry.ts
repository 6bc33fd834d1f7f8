import type { ClientOption, PythonEnvironment, PythonPackage, PythonPackageName } from '@trustfleet/protocol';
import { whereOf, type CodeTrust } from '../code-trust/code-trust.ts';
import type { Consumer } from '../consumer.ts';
import type { DiagnosisFacts } from '../facts.ts';
import { versionNumber, type VersionNumber } from '../version-number.ts';
import { indexOf, wayTo, type FactsIndex, type Form, type KnownFile, type Origin } from './facts-index.ts';
import { isInsideZip, problemOf, pythonLoadError, type FileProblem, type Reader } from './file-problem.ts';
import { ended, found, withAnchors, type Found, type Rung } from './search.ts';
import { place, step, type Place, type StepReason } from './step.ts';

/** One consumer and what the facts say of it. */
export interface Inquiry extends Reader {
  /** With what is known of its Python's ssl module, also where another environment was asked. */
  readonly consumer: Consumer;
  /** As it was given. */
  readonly given: Consumer;
  /** Path of the Python whose default paths count. */
  readonly defaultsOf: string | null;
  readonly facts: DiagnosisFacts;
  readonly index: FactsIndex;
  /** Of the Python; empty for what is none. */
  readonly python: VersionNumber;
}

export function inquire(given: Consumer, facts: DiagnosisFacts): Inquiry {
  const index = indexOf(facts);
  const base = given.python === null ? null : baseOf(given.python, index);
  return {
    given,
    consumer: base === null ? given : { ...given, python: withSslOf(given.python, base) },
    defaultsOf: (base ?? given.python)?.path ?? null,
    facts,
    index,
    python: versionNumber(given.python?.version ?? null),
    platform: facts.platform,
  };
}

/** Null where the Python itself was asked, or nobody. */
function baseOf(python: PythonEnvironment, index: FactsIndex): PythonEnvironment | null {
  return python.verifyPaths === null ? index.askedPython(python) : null;
}

/** A venv has the ssl module of the Python that it was made from: what that one said holds for it, its hooks aside. */
function withSslOf(python: PythonEnvironment | null, base: PythonEnvironment): PythonEnvironment | null {
  const { verifyPaths, openssl } = base;
  const ssl = base.ssl ? { ...base.ssl, contextClass: null, httpsVerifies: true } : null;
  return python === null ? null : { ...python, verifyPaths, openssl, ssl };
}

/** Undefined where it is not set; an empty text where it is set to nothing. */
export function valueOf({ consumer }: Inquiry, name: string): string | undefined {
  return consumer.context.values.get(name)?.value;
}
export function variable({ consumer }: Inquiry, name: string): Place {
  const set = consumer.context.values.get(name);
  return place('variable', { name, value: set?.value ?? null, definedIn: set?.definedIn ?? null });
}
/** The option as this consumer's accounts, in its environment, read it: what counts for fewer beats what counts for more. */
export function optionOf({ consumer, facts }: Inquiry, name: ClientOption['name']): ClientOption | undefined {
  const { pythons, variables } = facts.sections;
  const all = [...(variables.options ?? []), ...(pythons.options ?? [])];
  return all
    .filter((option) => option.name === name && applies(option, consumer))
    .toSorted((a, b) => SCOPES.indexOf(a.scope) - SCOPES.indexOf(b.scope))
    .at(-1);
}
/** pip's "Configuration", "Precedence"; conda's search path; git-config(1). */
const SCOPES: readonly ClientOption['scope'][] = ['machine', 'user', 'environment', 'variable'];
/** os.devnull, by which pip is told to read no file at all. */
const NO_FILES = /^(?:\/dev\/null|nul)$/i;

function applies(option: ClientOption, { context, python }: Consumer): boolean {
  if (option.account !== null && !context.accounts.includes(option.account)) return false;
  if (option.python !== null && option.python !== python?.path) return false;
  if (option.client !== 'pip') return true;
  const file = context.values.get('PIP_CONFIG_FILE')?.value ?? '';
  return option.scope === 'variable' ? option.definedIn === file : !NO_FILES.test(file);
}
export function packageOf(
  python: PythonEnvironment | null,
  name: PythonPackageName,
): PythonPackage | undefined {
  return python?.packages.find((found) => found.name === name);
}
/** Empty where it is not there or states none. */
export function packageVersion(python: PythonEnvironment | null, name: PythonPackageName): VersionNumber {
  return versionNumber(packageOf(python, name)?.version ?? null);
}
/** `install` and `version` of a source whose library this package is. */
export function libraryOf(
  python: PythonEnvironment | null,
  name: PythonPackageName,
): { readonly install: string | null; readonly version: string | null } {
  const installed = packageOf(python, name);
  return { install: installed?.location ?? null, version: installed?.version ?? null };
}
export const NO_FACTS = 'The facts of this host do not say what that file holds';

/** What one path comes to as a file of anchors. */
export type Reading =
  | { readonly state: 'loads'; readonly file: KnownFile }
  | { readonly state: 'fails'; readonly problem: FileProblem }
  | { readonly state: 'unknown'; readonly why: string };

/** `at` names the path and what led to it. */
export function readAs(inquiry: Inquiry, at: Place, form: Form = 'file'): Reading {
  const path = at.value ?? '';
  if (isInsideZip(path)) return { state: 'fails', problem: 'insideZip' };
  const file = knownAs(inquiry, at, form);
  if (file === null) return { state: 'unknown', why: NO_FACTS };
  if (form === 'directory' && file.form === 'directory') return { state: 'loads', file };
  const problem = problemOf(file);
  if (problem === 'unknown') return { state: 'unknown', why: whyUnseen(file) };
  return problem === null ? { state: 'loads', file } : { state: 'fails', problem };
}

/** The readers' own words: a share that does not answer is named in them. */
export function whyUnseen({ detail, path }: KnownFile): string {
  return detail ?? `${path} was not read`;
}

export function knownAs(inquiry: Inquiry, at: Place, form: Form): KnownFile | null {
  const { consumer, defaultsOf } = inquiry;
  const path = at.value ?? '';
  if (at.kind === 'variable')
    return inquiry.index.file(path, wayTo('variable', at.name ?? '', at.definedIn ?? ''), form);
  if (consumer.python === null || defaultsOf === null) return inquiry.index.file(path, null, form);
  const ways: Partial<Readonly<Record<Place['kind'], string>>> = {
    pythonDefault: wayTo('pythonDefault', defaultsOf),
    package: wayTo('certifi', consumer.python.path),
    // A copy of the API leads to several, which tells nothing.
    ...(consumer.api === null ? { bundle: wayTo('package', at.name ?? '', consumer.python.path) } : {}),
  };
  return inquiry.index.file(path, ways[at.kind] ?? null, form);
}

/** How one client takes a file. */
export interface FileWay {
  /** Why the step is `used`. */
  readonly used?: StepReason;
  /** What its users see; by default what Python itself raises. */
  readonly error?: (problem: FileProblem, path: string) => string;
  /** What becomes of verification that code beside it switches off, where that is not for its own calls alone. */
  readonly besideOff?: StepReason;
  /** Takes a directory of hashed names too. */
  readonly directories?: boolean;
}

/** The whole client stands or falls with this file. */
export function byFile(inquiry: Inquiry, at: Place, way: FileWay = {}): Found {
  const path = at.value ?? '';
  const name = at.kind === 'variable' ? at.name : null;
  const reading = readByWay(inquiry, at, way);
  if (reading.state === 'loads') {
    const origins = [inquiry.index.originOf(reading.file)];
    return found(step(at, 'used', way.used ?? null), withAnchors(origins, { variable: name }));
  }
  const origins = [named(path)];
  if (reading.state === 'unknown')
    return found(step(at, 'used', 'factsMissing'), { ...ended('unknown', reading.why, name), origins });
  const { problem } = reading;
  const error = way.error?.(problem, path) ?? pythonLoadError(problem, inquiry);
  return found(step(at, 'failed', problem), { ...ended('cannotLoad', error, name), origins });
}

/** A client that takes directories too takes a file for a file. */
function readByWay(inquiry: Inquiry, at: Place, { directories = false }: FileWay): Reading {
  const asFile = readAs(inquiry, at);
  if (!directories || asFile.state === 'loads') return asFile;
  const known = knownAs(inquiry, at, 'directory');
  return known?.form === 'directory' ? { state: 'loads', file: known } : asFile;
}

/** A file by name alone: nothing comes from it. */
function named(path: string): Origin {
  return { kind: 'bundle', id: path, read: path, anchors: [] };
}

/** A variable that names the file; `empty` is what an empty one does, null where it counts as not set. */
export function variableRung(
  inquiry: Inquiry,
  name: string,
  { empty = null, ...way }: FileWay & { readonly empty?: ((at: Place) => Found) | null } = {},
): Rung {
  const at = variable(inquiry, name);
  if (at.value === null) return { place: at, look: null };
  if (at.value !== '')
    return { place: at, look: () => byFile(inquiry, at, { used: 'replacesBundle', ...way }) };
  if (empty === null) return { place: at, look: null, passed: { outcome: 'empty', reason: 'emptyIsUnset' } };
  return { place: at, look: () => empty(at) };
}

/** Code beside it that is named in the steps of a client in general. */
const MOST_BESIDE = 3;

/** What is given with a call: nothing in general, and what code says where the inquiry is about that code's own calls. */
export function argumentRungs(inquiry: Inquiry, name: string, way: FileWay = {}): Rung[] {
  const { code, beside = [] } = inquiry.consumer;
  if (code !== undefined) return code.place === 'call' ? [codeRung(inquiry, code, way)] : [notGiven(name)];
  const said = beside.filter(({ place: at }) => at === 'call').slice(0, MOST_BESIDE);
  if (said.length === 0) return [notGiven(name)];
  return said.map((one) => besideRung(one, one.target === null ? way.besideOff : undefined));
}

/** `Session.verify`, which the variables beat (python-tls.md §4). */
export function sessionRungs(inquiry: Inquiry, way: FileWay): Rung[] {
  const { code, beside = [] } = inquiry.consumer;
  if (code !== undefined) return code.place === 'session' ? [codeRung(inquiry, code, way)] : [];
  return beside
    .filter(({ place: at }) => at === 'session')
    .slice(0, MOST_BESIDE)
    .map((one) => besideRung(one));
}

const notGiven = (name: string): Rung => ({ place: place('argument', { name }), look: null });

function codePlace(code: CodeTrust): Place {
  return place('argument', { name: code.argument, value: code.target, definedIn: whereOf(code) });
}

function besideRung(code: CodeTrust, reason: StepReason = 'thatCodeAlone'): Rung {
  return { place: codePlace(code), look: null, passed: { outcome: 'ignored', reason } };
}

function codeRung(inquiry: Inquiry, code: CodeTrust, way: FileWay): Rung {
  const at = codePlace(code);
  const off = (): Found => found(step(at, 'used', 'switchesOff'), ended('verificationOff', null));
  return {
    place: at,
    look: () => (code.target === null ? off() : byFile(inquiry, at, { used: 'replacesBundle', ...way })),
  };
}
