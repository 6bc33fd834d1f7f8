import type { PythonEnvironment } from '@trustfleet/protocol';
import { isAtLeast, isBefore } from '../version-number.ts';
import { argumentRungs, inquire, libraryOf, packageVersion, type Inquiry } from './inquiry.ts';
import { isLibreSsl, pythonProfile } from './openssl-profile.ts';
import { defaultCertificates } from './python-default.ts';
import { notImportable, searchInPython } from './python-client.ts';
import { ended, firstThatIsThere, found, type Found, type Rung } from './search.ts';
import { sourceOf } from './source-of.ts';
import { place, step } from './step.ts';
import type { ResolveSource } from './types.ts';

/** python-tls.md §4, row "urllib3": what is given, else `load_default_certs()`. */
export const urllib3: ResolveSource = (consumer, facts) => {
  const inquiry = inquire(consumer, facts);
  const { python } = inquiry.consumer;
  const version = packageVersion(python, 'urllib3');
  const result = searchInPython(inquiry, () => refusedByUrllib3(inquiry) ?? search(inquiry, version));
  // From 2.4 on it is as strict as create_default_context on 3.13 (changelog #3571).
  const openssl = pythonProfile(python, isAtLeast(version, [2, 4]));
  return sourceOf(inquiry, result, { ...libraryOf(python, 'urllib3'), openssl });
};

function search(inquiry: Inquiry, version: readonly number[]): Found {
  return firstThatIsThere([
    // Whoever is given anchors requires certificates, also before 1.25 (measured with 1.24.3).
    ...argumentRungs(inquiry, 'ca_certs'),
    byDefault(inquiry, version),
  ]);
}

function byDefault(inquiry: Inquiry, version: readonly number[]): Rung {
  // PYTHONHTTPSVERIFY is urllib's alone.
  if (!isBefore(version, [1, 25]))
    return { place: place('pythonDefault'), look: () => defaultCertificates(inquiry) };
  // Certificates are required by default since 1.25 (changelog #1507).
  const at = place('package', { name: 'urllib3' });
  return { place: at, look: () => found(step(at, 'used', 'neverVerified'), ended('verificationOff', null)) };
}

/** urllib3 2 refuses OpenSSL before 1.1.1 (`src/urllib3/__init__.py`); LibreSSL only makes it warn. */
export function refusedByUrllib3({ consumer: { python } }: Inquiry): Found | null {
  if (!isAtLeast(packageVersion(python, 'urllib3'), [2]) || !hasOldOpenSsl(python)) return null;
  return notImportable(
    [place('package', { name: 'urllib3' }), 'failed', 'notImportable'],
    `ImportError: urllib3 v2 only supports OpenSSL 1.1.1+, currently the 'ssl' module is compiled with '${python?.openssl ?? 'an older one'}'`,
  );
}

function hasOldOpenSsl(python: PythonEnvironment | null): boolean {
  const told = python?.ssl?.versionInfo ?? [];
  return !isLibreSsl(python) && isBefore(told, [1, 1, 1]);
}
