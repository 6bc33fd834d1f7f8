import {
  argumentRungs,
  inquire,
  knownAs,
  NO_FACTS,
  variable,
  variableRung,
  type Inquiry,
} from './inquiry.ts';
import { CURL_PROFILE } from './openssl-profile.ts';
import { operatingSystemStore } from './os-store.ts';
import { passedBy } from './passed-by.ts';
import { addedTo, ended, firstThatIsThere, found, withAnchors, type Found } from './search.ts';
import { sourceOf } from './source-of.ts';
import { place, step, type Step } from './step.ts';
import type { ResolveSource } from './types.ts';

/**
 * python-tls.md §4, row "curl"; measured with curl 7.88.1 of Debian 12: empty counts as not set, a bad file is error 77, a bad directory is
 * silent, and a file that is named leaves the default directory in use. Schannel, which Windows' own curl has, asks the system and no
 * variable (§4); Apple's has LibreSSL and SecureTransport in it, of which variables count for one and the keychain for the other.
 */
export const curl: ResolveSource = (consumer, facts) => {
  const inquiry = inquire(consumer, facts);
  return sourceOf(inquiry, search(inquiry), { install: null, version: null, openssl: CURL_PROFILE });
};

function search(inquiry: Inquiry): Found {
  if (inquiry.platform === 'macos') return onMacos(inquiry);
  if (inquiry.platform === 'windows')
    return passedBy(inquiry, VARIABLES, {
      found: osStore(inquiry),
      reason: 'ignoredByPlatform',
    });
  const error = (_: unknown, path: string): string => `curl: (77) error setting certificate file: ${path}`;
  const file = firstThatIsThere([
    ...argumentRungs(inquiry, '--cacert'),
    variableRung(inquiry, 'CURL_CA_BUNDLE', { error }),
    variableRung(inquiry, 'SSL_CERT_FILE', { error }),
    { place: place('osStore'), look: () => osStore(inquiry) },
  ]);
  if (file.end.state === 'cannotLoad') return file;
  // CURL_CA_BUNDLE makes it look at neither of OpenSSL's variables.
  const alone = file.end.variable === 'CURL_CA_BUNDLE';
  const directory = (alone ? null : namedDirectory(inquiry)) ?? defaultDirectory(inquiry, file);
  return directory === null ? file : addedTo(file, directory);
}

const APPLES =
  "Which library Apple's curl verifies with is not to be seen: one looks at variables, the other at the keychain";
const VARIABLES = ['CURL_CA_BUNDLE', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];

/** Where nothing is set both ask what the system trusts. */
function onMacos(inquiry: Inquiry): Found {
  const set = VARIABLES.map((name) => variable(inquiry, name)).find(({ value }) => (value ?? '') !== '');
  if (set === undefined) return osStore(inquiry);
  return found(step(set, 'used', 'factsMissing'), ended('unknown', APPLES, set.name));
}

function namedDirectory(inquiry: Inquiry): Found | null {
  const at = variable(inquiry, 'SSL_CERT_DIR');
  if (at.value === null || at.value === '') return null;
  const known = knownAs(inquiry, at, 'directory');
  if (known === null) return found(step(at, 'added', 'factsMissing'), ended('unknown', NO_FACTS, at.name));
  if (known.form !== 'directory' || known.anchors.length === 0)
    return found(step(at, 'failed', 'notADirectory'), withAnchors([]));
  return found(step(at, 'added', 'replacesDefaultDirectory'), withAnchors([inquiry.index.originOf(known)]));
}

/** Debian builds curl with the directory of its own store, which holds what its bundle holds. */
function defaultDirectory(inquiry: Inquiry, { end }: Found): Found | null {
  const origins = operatingSystemStore(inquiry)?.filter(({ id }) => id === 'debian') ?? [];
  if (end.variable === null || origins.length === 0) return null;
  const last: Step = step(place('osStore', { value: 'debian' }), 'added', 'defaultDirectory');
  return found(last, withAnchors(origins));
}

/** The bundle that it is built with, which is the system's: Schannel and SecTrust give the same answer. */
export function osStore(inquiry: Inquiry): Found {
  const origins = operatingSystemStore(inquiry);
  const at = place('osStore', { value: origins?.[0]?.id ?? null });
  if (origins === null) return found(step(at, 'used', 'factsMissing'), ended('unknown', NO_FACTS));
  return found(step(at, 'used'), withAnchors(origins));
}
