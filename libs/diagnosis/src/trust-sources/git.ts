import { osStore } from './curl.ts';
import { byFile, inquire, NO_FACTS, optionOf, variable, variableRung, type Inquiry } from './inquiry.ts';
import { CURL_PROFILE } from './openssl-profile.ts';
import { passedBy } from './passed-by.ts';
import { ended, firstThatIsThere, found, type Found, type Rung } from './search.ts';
import { sourceOf } from './source-of.ts';
import { place, step, type Place } from './step.ts';
import type { ResolveSource } from './types.ts';

/** python-tls.md §4, row "git": GIT_SSL_NO_VERIFY, GIT_SSL_CAINFO, http.sslCAInfo, then what its libcurl is built with. */
export const git: ResolveSource = (consumer, facts) => {
  const inquiry = inquire(consumer, facts);
  return sourceOf(inquiry, search(inquiry), { install: null, version: null, openssl: CURL_PROFILE });
};

/** Of git 2.39 with Debian's libcurl, also where the variable is empty. */
const REFUSED = 'fatal: unable to access the repository: Problem with the SSL CA cert (path? access rights?)';

function search(inquiry: Inquiry): Found {
  const off = switchedOff(inquiry);
  if (off !== null) return off;
  const error = (): string => REFUSED;
  if (isSchannel(inquiry) && !takesFiles(inquiry)) return bySchannel(inquiry);
  return firstThatIsThere([
    variableRung(inquiry, 'GIT_SSL_CAINFO', {
      error,
      empty: (at) => found(step(at, 'failed', 'emptyNamesNoFile'), ended('cannotLoad', REFUSED, at.name)),
    }),
    optionRung(inquiry, error),
    { place: place('osStore'), look: () => builtIn(inquiry) },
  ]);
}

/** The variable counts by being there, whatever it says (git-config(1), http.sslVerify). */
function switchedOff(inquiry: Inquiry): Found | null {
  const by = variable(inquiry, 'GIT_SSL_NO_VERIFY');
  if (by.value !== null)
    return found(step(by, 'used', 'switchesOff'), ended('verificationOff', null, by.name));
  const option = optionOf(inquiry, 'http.sslVerify');
  if (option === undefined || !/^(?:false|no|off|0)$/i.test(option.value)) return null;
  const { name, value, definedIn } = option;
  return found(
    step(place('configuration', { name, value, definedIn }), 'used', 'switchesOff'),
    ended('verificationOff', null),
  );
}

function optionPlace(inquiry: Inquiry): Place {
  const option = optionOf(inquiry, 'http.sslCAInfo');
  const { value = null, definedIn = null } = option ?? {};
  return place('configuration', { name: 'http.sslCAInfo', value, definedIn });
}

function optionRung(inquiry: Inquiry, error: () => string): Rung {
  const at = optionPlace(inquiry);
  return {
    place: at,
    look: at.value === null ? null : () => byFile(inquiry, at, { used: 'replacesBundle', error }),
  };
}

function isSchannel(inquiry: Inquiry): boolean {
  return (
    inquiry.platform === 'windows' && optionOf(inquiry, 'http.sslBackend')?.value.toLowerCase() === 'schannel'
  );
}

/** git-config(1), `http.schannelUseSSLCAInfo`: only with it does the schannel backend take a file, in the place of the system's store. */
function takesFiles(inquiry: Inquiry): boolean {
  return /^(?:true|yes|on|1)$/i.test(optionOf(inquiry, 'http.schannelUseSSLCAInfo')?.value ?? 'false');
}

function bySchannel(inquiry: Inquiry): Found {
  const option = optionPlace(inquiry);
  const system = passedBy(inquiry, ['GIT_SSL_CAINFO'], { found: osStore(inquiry), reason: 'ignoredByBuild' });
  const ignored = option.value === null ? [] : [step(option, 'ignored', 'ignoredByBuild')];
  return { steps: [...ignored, ...system.steps], end: system.end };
}

/** Git for Windows brings a bundle of its own unless http.sslBackend says schannel, and only its configuration says which. */
function builtIn(inquiry: Inquiry): Found {
  if (inquiry.platform !== 'windows' || isSchannel(inquiry)) return osStore(inquiry);
  return found(step(place('bundle', { name: 'git' }), 'used', 'factsMissing'), ended('unknown', NO_FACTS));
}
