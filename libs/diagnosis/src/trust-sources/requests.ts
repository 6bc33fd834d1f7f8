import { isAtLeast, isBefore, type VersionNumber } from '../version-number.ts';
import { pythonLoadError, withoutClass, type FileProblem } from './file-problem.ts';
import { bundleOfPackage, certifi, systemCertsHook, truststoreHook } from './hooks.ts';
import {
  argumentRungs,
  byFile,
  inquire,
  libraryOf,
  packageVersion,
  sessionRungs,
  valueOf,
  variable,
  variableRung,
  type FileWay,
  type Inquiry,
} from './inquiry.ts';
import { pythonProfile } from './openssl-profile.ts';
import { defaultCertificates } from './python-default.ts';
import { notImportable, searchInPython } from './python-client.ts';
import { ended, firstThatIsThere, found, withAnchors, type Found, type Rung } from './search.ts';
import { sourceOf } from './source-of.ts';
import { place, step, type Place } from './step.ts';
import type { ResolveSource } from './types.ts';
import { refusedByUrllib3 } from './urllib3.ts';

/** python-tls.md §4, row "requests" and the notes on versions below it. */
export const requests: ResolveSource = (consumer, facts) => {
  const inquiry = inquire(consumer, facts);
  const { python } = inquiry.consumer;
  const version = packageVersion(python, 'requests');
  const search = (): Found =>
    requestsSearch(inquiry, {
      version,
      call: argumentRungs(inquiry, 'verify', { ...fileWay(inquiry, version), ...stickiness(version) }),
      session: sessionRungs(inquiry, fileWay(inquiry, version)),
      own: { place: certifiPlace(inquiry), look: () => ownBundle(inquiry, version) },
    });
  const result = searchInPython(inquiry, () => refusedByUrllib3(inquiry) ?? search());
  const strict = isAtLeast(packageVersion(python, 'urllib3'), [2, 4]) || result.end.byDefaultContext;
  return sourceOf(inquiry, result, {
    ...libraryOf(python, 'requests'),
    openssl: pythonProfile(python, strict),
  });
};

export interface RequestsSettings {
  /** What beats every variable: `verify=` of a call; pip and conda have none. */
  readonly call?: readonly Rung[];
  readonly version: VersionNumber;
  /** Where `Session.verify` comes from, for pip and conda; the variables beat it (measured with pip 22 – 24.2 and requests 2.34.2). */
  readonly session: readonly Rung[];
  /** The bundle of certifi that it brings, or finds. */
  readonly own: Rung;
}

/** `merge_environment_settings` and `cert_verify`. */
export function requestsSearch(
  inquiry: Inquiry,
  { version, call = [], session, own }: RequestsSettings,
): Found {
  // What is given with the call is not looked for elsewhere.
  const given = call.some(({ look }) => look !== null);
  const off = given ? null : switchedOff(inquiry, version);
  if (off !== null) return off;
  const way = fileWay(inquiry, version);
  const searched = firstThatIsThere([
    ...call,
    variableRung(inquiry, 'REQUESTS_CA_BUNDLE', way),
    variableRung(inquiry, 'CURL_CA_BUNDLE', way),
    ...session,
    own,
  ]);
  const hook = systemCertsHook(inquiry);
  if (hook === null || !['anchors', 'unknown'].includes(searched.end.state)) return searched;
  // The path is looked at and then thrown away: Python's default store decides.
  const system = defaultCertificates(inquiry);
  const ignored = searched.steps.map((one) =>
    one.outcome === 'used' ? { ...one, outcome: 'ignored' as const, reason: 'ignoredByHook' as const } : one,
  );
  return { steps: [...ignored, step(hook, 'added', 'pipSystemCerts'), ...system.steps], end: system.end };
}

/** CVE-2024-35195: a first `verify=False` holds for the whole origin as long as the session keeps its connection (§4, "Version notes"). */
function stickiness(version: VersionNumber): Pick<FileWay, 'besideOff'> {
  return isBefore(version, [2, 32]) ? { besideOff: 'sticksToOrigin' } : {};
}

/** `invalid path` is a plain OSError, no SSLError (2.14 and later); before, urllib3's words for the same file. */
export function fileWay(inquiry: Inquiry, version: VersionNumber): FileWay {
  return {
    directories: !isBefore(version, [2, 9]),
    error: (problem, path) => requestsError(inquiry, { problem, path, version }),
  };
}

function requestsError(
  inquiry: Inquiry,
  {
    problem,
    path,
    version,
  }: { readonly problem: FileProblem; readonly path: string; readonly version: VersionNumber },
): string {
  const checks = !isBefore(version, [2, 14]);
  if (checks && (problem === 'fileMissing' || problem === 'insideZip')) {
    const name = isBefore(inquiry.python, [3]) ? 'IOError' : 'OSError';
    return `${name}: Could not find a suitable TLS CA certificate bundle, invalid path: ${path}`;
  }
  const raised = pythonLoadError(problem, inquiry);
  // urllib3 makes every OSError of load_verify_locations an SSLError of its own.
  return `requests.exceptions.SSLError: ${withoutClass(raised)}`;
}

/** CURL_CA_BUNDLE="" with no REQUESTS_CA_BUNDLE, before 2.28. */
function switchedOff(inquiry: Inquiry, version: VersionNumber): Found | null {
  if (!isBefore(version, [2, 28])) return null;
  const first = valueOf(inquiry, 'REQUESTS_CA_BUNDLE') ?? '';
  const by = variable(inquiry, 'CURL_CA_BUNDLE');
  if (first !== '' || by.value !== '') return null;
  return found(step(by, 'used', 'emptySwitchesOff'), ended('verificationOff', null, by.name));
}

export function certifiPlace(inquiry: Inquiry): Place {
  return place('package', { name: 'certifi', value: bundleOfPackage(inquiry, 'certifi') });
}

/** `requests.certs.where()`: certifi's, or the file that requests before 2.16 brings. */
function ownBundle(inquiry: Inquiry, version: VersionNumber): Found {
  // 2.32.0 – 2.32.4 made one context at import, which truststore replaces by its own: certifi is in neither.
  const preloaded = isAtLeast(version, [2, 32]) && isBefore(version, [2, 32, 5]);
  if (preloaded && truststoreHook(inquiry) !== null)
    return found(step(certifiPlace(inquiry), 'ignored', 'ignoredByHook'), withAnchors([]));
  const ofCertifi = certifi(inquiry);
  if (ofCertifi !== null) return ofCertifi;
  const value = bundleOfPackage(inquiry, 'requests');
  if (value !== null)
    return byFile(inquiry, place('bundle', { name: 'requests', value }), { used: 'ownBundle' });
  return notImportable(
    [place('package', { name: 'certifi' }), 'failed', 'notImportable'],
    "ModuleNotFoundError: No module named 'certifi'",
  );
}
