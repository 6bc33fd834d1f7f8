import { isAtLeast } from '../version-number.ts';
import { certifi, truststoreStore } from './hooks.ts';
import {
  byFile,
  inquire,
  libraryOf,
  NO_FACTS,
  optionOf,
  packageVersion,
  variable,
  type Inquiry,
} from './inquiry.ts';
import { pythonProfile } from './openssl-profile.ts';
import { searchInPython } from './python-client.ts';
import { certifiPlace, requestsSearch } from './requests.ts';
import { ended, found, type Found, type Rung } from './search.ts';
import { sourceOf } from './source-of.ts';
import { place, step, type Place } from './step.ts';
import type { ResolveSource } from './types.ts';

/** python-tls.md §4, row "conda": `ssl_verify` is the `Session.verify` of its requests, which REQUESTS_CA_BUNDLE beats. */
export const conda: ResolveSource = (consumer, facts) => {
  const inquiry = inquire(consumer, facts);
  const { python } = inquiry.consumer;
  const version = packageVersion(python, 'conda');
  const result = searchInPython(inquiry, () =>
    requestsSearch(inquiry, {
      version: packageVersion(python, 'requests'),
      session: sslVerify(inquiry, version),
      own: { place: certifiPlace(inquiry), look: () => certifi(inquiry) ?? unknownBundle() },
    }),
  );
  const strict = isAtLeast(packageVersion(python, 'urllib3'), [2, 4]);
  return sourceOf(inquiry, result, { ...libraryOf(python, 'conda'), openssl: pythonProfile(python, strict) });
};

function unknownBundle(): Found {
  return found(
    step(place('package', { name: 'certifi' }), 'used', 'factsMissing'),
    ended('unknown', NO_FACTS),
  );
}

/** The variable beats .condarc, also where it says `true`, which leaves the choice to requests. */
function sslVerify(inquiry: Inquiry, version: readonly number[]): readonly Rung[] {
  const option = optionOf(inquiry, 'ssl_verify');
  const configured = place('configuration', {
    name: 'ssl_verify',
    value: option?.value ?? null,
    definedIn: option?.definedIn ?? null,
  });
  const named = variable(inquiry, 'CONDA_SSL_VERIFY');
  const asked = named.value === null || named.value === '' ? [named, configured] : [named];
  return asked.map((at) => ({
    place: at,
    look: at.value === null || YES.test(at.value) ? null : () => bySetting(inquiry, at, version),
  }));
}
/** What conda's configuration takes for a truth value. */
const YES = /^(?:true|yes|on|1|)$/i;
const NO = /^(?:false|no|off|0)$/i;

function bySetting(inquiry: Inquiry, at: Place, version: readonly number[]): Found {
  const value = at.value ?? '';
  const name = at.kind === 'variable' ? at.name : null;
  if (NO.test(value)) return found(step(at, 'used', 'switchesOff'), ended('verificationOff', null, name));
  if (value !== 'truststore')
    return byFile(inquiry, at, {
      used: 'replacesBundle',
      directories: true,
      error: (_, path) => refused(path),
    });
  if (isAtLeast(version, [23, 9]) && isAtLeast(inquiry.python, [3, 10]))
    return truststoreStore(inquiry, at, 'used');
  // Older ones know no such word, and look for a file of that name.
  return found(step(at, 'failed', 'fileMissing'), ended('cannotLoad', refused(value), name));
}

function refused(value: string): string {
  return `CustomValidationError: Parameter ssl_verify = '${value}' is invalid. It must be a boolean, the path of a bundle file or directory, or 'truststore'`;
}
