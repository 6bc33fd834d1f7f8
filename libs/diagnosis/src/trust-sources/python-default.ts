import { compareVersions, isBefore } from '../version-number.ts';
import { knownAs, readAs, variable, whyUnseen, type Inquiry, NO_FACTS } from './inquiry.ts';
import { isUnseen } from './file-problem.ts';
import { isLibreSsl } from './openssl-profile.ts';
import { windowsStoresOfPython } from './os-store.ts';
import { ended, found, withAnchors, type Found } from './search.ts';
import { place, step, type Place, type Step, type StepReason } from './step.ts';
import type { KnownFile, Origin } from './facts-index.ts';

/** One of the two default places, file or directory. */
interface Half {
  readonly steps: readonly Step[];
  readonly origins: readonly Origin[];
  /** Why nothing can be said; null where something can. */
  readonly unknown: string | null;
  /** The variable that led there. */
  readonly variable: string | null;
}
const NOTHING: Half = { steps: [], origins: [], unknown: null, variable: null };

/** What urllib does of itself: the default certificates, where nothing switched verification off. */
export function pythonDefault(inquiry: Inquiry): Found {
  return switchedOff(inquiry) ?? defaultCertificates(inquiry);
}

/**
 * `load_default_certs()` (python-tls.md §3): Windows' stores first, then on every system OpenSSL's default file and default directory.
 * SSL_CERT_FILE and SSL_CERT_DIR each replace one of the two. What does not load gives nothing and raises nothing.
 */
export function defaultCertificates(inquiry: Inquiry): Found {
  const system = inquiry.platform === 'windows' ? windowsHalf(inquiry) : NOTHING;
  const halves = [system, halfOf(inquiry, FILE), halfOf(inquiry, DIRECTORY)];
  const origins = halves.flatMap((half) => half.origins);
  const steps = oneUsed(halves.flatMap((half) => half.steps));
  const unknown = firstWhy(halves);
  if (unknown !== null)
    return { steps, end: { ...ended('unknown', unknown), origins, byDefaultContext: true } };
  const reachedBy =
    halves.find((half) => half.variable !== null && half.origins.length > 0)?.variable ?? null;
  const failed = halves.find((half) => half.variable !== null)?.variable ?? null;
  const name = origins.length === 0 ? failed : reachedBy;
  return { steps, end: withAnchors(origins, { variable: name, byDefaultContext: true }) };
}

function firstWhy(halves: readonly Half[]): string | null {
  return halves.map(({ unknown }) => unknown).find((why) => why !== null) ?? null;
}

/** The first place that gives something is `used`, those after it are `added`. */
function oneUsed(steps: readonly Step[]): Step[] {
  const first = steps.findIndex(({ outcome }) => outcome === 'used');
  return steps.map((one, at) =>
    one.outcome === 'used' && at !== first ? { ...one, outcome: 'added' } : one,
  );
}

/** PYTHONHTTPSVERIFY (2.7.12 and later) and the Pythons that never looked (before 2.7.9; python-tls.md §3). */
function switchedOff(inquiry: Inquiry): Found | null {
  const { python, consumer } = inquiry;
  if (isBefore(python, [2, 7, 9]))
    return found(step(place('pythonDefault'), 'used', 'neverVerified'), ended('verificationOff', null));
  const by = variable(inquiry, 'PYTHONHTTPSVERIFY');
  const counts = isBefore(python, [3]) && compareVersions(python, [2, 7, 12]) >= 0;
  if (counts && by.value === '0')
    return found(step(by, 'used', 'switchesOff'), ended('verificationOff', null, by.name));
  // A hook switched it off, whatever the variable says: the interpreter was asked without it.
  if (consumer.python?.ssl?.httpsVerifies === false)
    return found(step(place('injection'), 'used', 'switchesOff'), ended('verificationOff', null));
  return null;
}

function windowsHalf(inquiry: Inquiry): Half {
  const origins = windowsStoresOfPython(inquiry);
  const at = place('osStore', { value: 'ROOT, CA' });
  if (origins === null) return { ...NOTHING, steps: [step(at, 'used', 'factsMissing')], unknown: NO_FACTS };
  return { ...NOTHING, steps: [step(at, 'used')], origins };
}

/** One of the two default places: the variable that replaces it, what is compiled in, and what the interpreter found there. */
interface DefaultPlace {
  readonly variable: 'SSL_CERT_FILE' | 'SSL_CERT_DIR';
  readonly name: 'cafile' | 'capath';
  readonly compiled: 'opensslCafile' | 'opensslCapath';
  readonly byVariable: (inquiry: Inquiry, at: Place) => Half;
  readonly byDefault: (inquiry: Inquiry, at: Place) => Half;
}

const FILE: DefaultPlace = {
  variable: 'SSL_CERT_FILE',
  name: 'cafile',
  compiled: 'opensslCafile',
  byVariable: ofFileVariable,
  byDefault: (inquiry, at) => ofPath(inquiry, at, 'compiledIn'),
};
const DIRECTORY: DefaultPlace = {
  variable: 'SSL_CERT_DIR',
  name: 'capath',
  compiled: 'opensslCapath',
  byVariable: ofDirectories,
  byDefault: (inquiry, at) => ofDirectory(inquiry, at, 'defaultDirectory'),
};

function halfOf(inquiry: Inquiry, half: DefaultPlace): Half {
  const named = variable(inquiry, half.variable);
  // LibreSSL takes the compiled-in paths and no variable (its by_file.c 1.32).
  const ignored = isLibreSsl(inquiry.consumer.python);
  if (named.value !== null && !ignored) return half.byVariable(inquiry, named);
  const passed = named.value === null ? [] : [step(named, 'ignored', 'ignoredByBuild')];
  const ended_ = compiledIn(inquiry, half);
  return { ...ended_, steps: [...passed, ...ended_.steps] };
}

function compiledIn(inquiry: Inquiry, half: DefaultPlace): Half {
  const paths = inquiry.consumer.python?.verifyPaths ?? null;
  const at = place('pythonDefault', { name: half.name, value: paths?.[half.compiled] ?? null });
  if (paths === null) return { ...NOTHING, steps: [step(at, 'used', 'factsMissing')], unknown: NO_FACTS };
  if (at.value === null) return { ...NOTHING, steps: [step(at, 'notSet')] };
  const read = half.byDefault(inquiry, at);
  // get_default_verify_paths(), asked without these variables, says null for what is not there: the list of bundles need not repeat it.
  if (read.unknown !== null && paths[half.name] === null)
    return { ...NOTHING, steps: [step(at, 'failed', 'fileMissing')] };
  return read;
}

function ofFileVariable(inquiry: Inquiry, at: Place): Half {
  if (at.value === '')
    return { ...NOTHING, steps: [step(at, 'failed', 'emptyLoadsNothing')], variable: at.name };
  const why = inquiry.platform === 'windows' ? 'addsToOsStore' : 'replacesDefaultFile';
  return { ...ofPath(inquiry, at, why), variable: at.name };
}

function ofPath(inquiry: Inquiry, at: Place, reason: Step['reason']): Half {
  const reading = readAs(inquiry, at);
  if (reading.state === 'unknown')
    return { ...NOTHING, steps: [step(at, 'used', 'factsMissing')], unknown: reading.why };
  if (reading.state === 'fails') return { ...NOTHING, steps: [step(at, 'failed', reading.problem)] };
  return { ...NOTHING, steps: [step(at, 'used', reason)], origins: [inquiry.index.originOf(reading.file)] };
}

/** A list of directories, as PATH is one. */
function ofDirectories(inquiry: Inquiry, named: Place): Half {
  if (named.value === '')
    return { ...NOTHING, steps: [step(named, 'failed', 'emptyLoadsNothing')], variable: named.name };
  const separator = inquiry.platform === 'windows' ? ';' : ':';
  const directories = (named.value ?? '').split(separator).filter((path) => path !== '');
  const halves = directories
    .slice(0, MAX_DIRECTORIES)
    .map((value) => ofDirectory(inquiry, { ...named, value }, 'replacesDefaultDirectory'));
  return {
    steps: halves.flatMap(({ steps }) => steps),
    origins: halves.flatMap(({ origins }) => origins),
    unknown: directories.length > MAX_DIRECTORIES ? TOO_MANY : firstWhy(halves),
    variable: named.name,
  };
}
const MAX_DIRECTORIES = 4;
const TOO_MANY = `SSL_CERT_DIR names more than ${MAX_DIRECTORIES} directories, of which the first are looked at`;

function ofDirectory(inquiry: Inquiry, at: Place, reason: Step['reason']): Half {
  const file = knownAs(inquiry, at, 'directory');
  if (file === null || isUnseen(file)) {
    const unknown = file === null ? NO_FACTS : whyUnseen(file);
    return { ...NOTHING, steps: [step(at, 'used', 'factsMissing')], unknown };
  }
  if (file.form !== 'directory' || !(file.state === 'read' || file.state === 'noCertificates'))
    return { ...NOTHING, steps: [step(at, 'failed', NO_DIRECTORY[file.state] ?? 'notADirectory')] };
  // It may be full of PEM files: what has no hashed name is not found (c_rehash).
  if (file.state === 'noCertificates' || file.anchors.length === 0)
    return { ...NOTHING, steps: [step(at, 'failed', 'fileWithoutCertificates')] };
  return { ...NOTHING, steps: [step(at, 'used', reason)], origins: [inquiry.index.originOf(file)] };
}
const NO_DIRECTORY: Partial<Readonly<Record<KnownFile['state'], StepReason>>> = {
  missing: 'fileMissing',
  unreadable: 'fileUnreadable',
};
