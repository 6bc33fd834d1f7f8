import { isAtLeast, versionNumber } from '../version-number.ts';
import type { Origin } from './facts-index.ts';
import { byFile, NO_FACTS, packageOf, readAs, type Inquiry } from './inquiry.ts';
import { operatingSystemStore } from './os-store.ts';
import { defaultCertificates } from './python-default.ts';
import { addedTo, ended, found, withAnchors, type Found } from './search.ts';
import { place, step, type Place, type Step } from './step.ts';

/** What stands in the way of every client of a Python (python-tls.md §4, "Patching packages"). */
export type Hook = 'truststore' | 'pipSystemCerts' | 'certifiWin32';

/** The hook of that effect, by its file; null where none runs. */
export function hookOf({ consumer }: Inquiry, effect: Hook): Place | null {
  const hook = consumer.python?.hooks?.find((known) => known.effect === effect);
  return hook === undefined ? null : place('injection', { name: HOOK_NAMES[effect], value: hook.path });
}
const HOOK_NAMES = {
  truststore: 'truststore',
  pipSystemCerts: 'pip_system_certs',
  certifiWin32: 'certifi_win32',
} as const;

/** truststore took the place of ssl.SSLContext: by itself, or by pip-system-certs 5 and later. It needs Python 3.10. */
export function truststoreHook(inquiry: Inquiry): Place | null {
  if (!isAtLeast(inquiry.python, [3, 10])) return null;
  const own = hookOf(inquiry, 'truststore');
  if (own !== null) return own;
  const other = hookOf(inquiry, 'pipSystemCerts');
  if (other !== null && isAtLeast(pipSystemCertsVersion(inquiry), [5])) return other;
  const contextClass = inquiry.consumer.python?.ssl?.contextClass ?? '';
  return contextClass.includes('truststore') ? place('injection', { name: 'truststore' }) : null;
}

/** `inject_into_ssl()` of the package truststore; pip-system-certs 5 injects the one that pip brings. */
export function injectedTruststore(inquiry: Inquiry): Place | null {
  return hookOf(inquiry, 'pipSystemCerts') === null ? truststoreHook(inquiry) : null;
}

/** pip-system-certs before 5: requests and pip load Python's default store and no file (its `cert_verify`). */
export function systemCertsHook(inquiry: Inquiry): Place | null {
  const hook = hookOf(inquiry, 'pipSystemCerts');
  return hook !== null && !isAtLeast(pipSystemCertsVersion(inquiry), [5]) ? hook : null;
}
function pipSystemCertsVersion({ consumer }: Inquiry): readonly number[] {
  return versionNumber(packageOf(consumer.python, 'pip_system_certs')?.version ?? null);
}

/** Under truststore the system's own store counts as well, and what a client loads only adds to it. */
export function underTruststore(inquiry: Inquiry, base: Found): Found {
  const hook = truststoreHook(inquiry);
  if (hook === null || !['anchors', 'unknown'].includes(base.end.state)) return base;
  const added = addedTo(base, truststoreStore(inquiry, hook, 'added'));
  return { steps: oneUsed(added.steps), end: { ...added.end, byDefaultContext: base.end.byDefaultContext } };
}

/** What nothing precedes is `used`. */
function oneUsed(steps: readonly Step[]): readonly Step[] {
  if (steps.some(({ outcome }) => outcome === 'used')) return steps;
  const first = steps.findIndex(({ outcome }) => outcome === 'added');
  return steps.map((one, at) => (at === first ? { ...one, outcome: 'used' } : one));
}

/** Places that truststore knows where OpenSSL's own give nothing (`src/truststore/_openssl.py`). */
const KNOWN_PLACES = [
  '/etc/ssl/cert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/pki/tls/cert.pem',
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/ssl/ca-bundle.pem',
];

/** truststore's own view of the system: CryptoAPI, SecTrust, or on Linux OpenSSL's default paths, else the first known place. */
export function truststoreStore(inquiry: Inquiry, at: Place, outcome: 'used' | 'added'): Found {
  const reason = at.name === 'pip' ? 'pipTruststore' : 'truststore';
  if (inquiry.platform !== 'linux') {
    const origins = operatingSystemStore(inquiry);
    if (origins === null) return found(step(at, 'used', 'factsMissing'), ended('unknown', NO_FACTS));
    return found(step(at, outcome, reason), withAnchors(origins));
  }
  const byDefault = defaultCertificates(inquiry);
  if (byDefault.end.state === 'unknown') return found(step(at, 'used', 'factsMissing'), byDefault.end);
  const origins = byDefault.end.origins.length > 0 ? byDefault.end.origins : firstKnownPlace(inquiry);
  return found(step(at, outcome, reason), withAnchors(origins));
}

function firstKnownPlace(inquiry: Inquiry): readonly Origin[] {
  for (const path of KNOWN_PLACES) {
    const reading = readAs(inquiry, place('osStore', { value: path }));
    if (reading.state === 'loads') return [inquiry.index.originOf(reading.file)];
  }
  return [];
}

/** Debian's packages load the system's bundle instead of one of their own. */
const DEBIAN_SITE = '/usr/lib/python3/dist-packages/';
const DEBIAN_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';

/** The CA file of one package: its own, Debian's in its place; null where neither is known. */
export function bundleOfPackage(
  inquiry: Inquiry,
  name: 'certifi' | 'requests' | 'httplib2' | 'pip',
): string | null {
  const found_ = packageOf(inquiry.consumer.python, name);
  if (found_?.bundle !== null && found_?.bundle !== undefined) return found_.bundle;
  return found_?.location.includes(DEBIAN_SITE) === true ? DEBIAN_BUNDLE : null;
}

/** `certifi.where()`; null where that package is not there. certifi_win32 gives each account a file of its own. */
export function certifi(inquiry: Inquiry): Found | null {
  const installed = packageOf(inquiry.consumer.python, 'certifi');
  const hook = hookOf(inquiry, 'certifiWin32');
  if (hook !== null && installed !== undefined) return certifiWin32(inquiry, hook);
  if (installed === undefined) return null;
  const at = place('package', { name: 'certifi', value: bundleOfPackage(inquiry, 'certifi') });
  return at.value === null
    ? found(step(at, 'used', 'factsMissing'), ended('unknown', NO_FACTS))
    : byFile(inquiry, at, { used: 'ownBundle' });
}

/** `%LOCALAPPDATA%\.certifi\cacert.pem` of the account (python-tls.md §4); whose that is, only the list of bundles can say. */
function certifiWin32(inquiry: Inquiry, hook: Place): Found {
  const [account] = inquiry.consumer.context.accounts;
  const mine = inquiry.facts.sections.bundles.bundles.find(
    ({ path }) =>
      /[\\/]\.certifi[\\/]cacert\.pem$/i.test(path) && (account === undefined || path.includes(account)),
  );
  if (mine === undefined) return found(step(hook, 'used', 'factsMissing'), ended('unknown', NO_FACTS));
  return byFile(inquiry, { ...hook, value: mine.path }, { used: 'certifiWin32' });
}
