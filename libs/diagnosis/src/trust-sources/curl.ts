import {
  argumentRung,
  byFile,
  inquire,
  valueOf,
  variable,
  variableRung,
  type Inquiry,
  NO_FACTS,
} from './inquiry.ts';
import { CURL_PROFILE } from './openssl-profile.ts';
import { operatingSystemStore } from './os-store.ts';
import { passedBy } from './passed-by.ts';
import { ended, firstThatIsThere, found, withAnchors, type Found, type Rung } from './search.ts';
import { sourceOf } from './source-of.ts';
import { place, step } from './step.ts';
import type { ResolveSource } from './types.ts';

/** python-tls.md §4, row "curl". Empty counts as not set; the builds of Windows and macOS ask the system and no variable. */
export const curl: ResolveSource = (consumer, facts) => {
  const inquiry = inquire(consumer, facts);
  return sourceOf(inquiry, search(inquiry), { install: null, version: null, openssl: CURL_PROFILE });
};

function search(inquiry: Inquiry): Found {
  const names = ['CURL_CA_BUNDLE', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
  if (inquiry.platform === 'windows')
    return passedBy(inquiry, names, { found: osStore(inquiry), reason: 'ignoredByPlatform' });
  const error = (_: unknown, path: string): string =>
    `curl: (77) error setting certificate verify locations: ${path}`;
  return firstThatIsThere([
    argumentRung('--cacert'),
    variableRung(inquiry, 'CURL_CA_BUNDLE', { error }),
    variableRung(inquiry, 'SSL_CERT_FILE', { error }),
    directoryRung(inquiry),
    { place: place('osStore'), look: () => osStore(inquiry) },
  ]);
}

/** SSL_CERT_DIR adds a directory to the file that is built in. */
function directoryRung(inquiry: Inquiry): Rung {
  const at = variable(inquiry, 'SSL_CERT_DIR');
  if ((valueOf(inquiry, 'SSL_CERT_DIR') ?? '') === '') return { place: at, look: null };
  const look = (): Found => {
    const directory = byFile(inquiry, at, { used: 'addsToBundle', directories: true });
    const system = osStore(inquiry);
    if (directory.end.state === 'unknown' || system.end.state !== 'anchors')
      return { steps: [...directory.steps, ...system.steps], end: ended('unknown', NO_FACTS, at.name) };
    const added = system.steps.map((one) =>
      directory.end.state === 'anchors' ? { ...one, outcome: 'added' as const } : one,
    );
    return {
      steps: [...directory.steps, ...added],
      end: withAnchors(
        [...directory.end.origins, ...system.end.origins].filter(({ anchors }) => anchors.length > 0),
      ),
    };
  };
  return { place: at, look };
}

/** The bundle that it is built with, which is the system's: Schannel and SecTrust give the same answer. */
export function osStore(inquiry: Inquiry): Found {
  const origins = operatingSystemStore(inquiry);
  const at = place('osStore', { value: origins?.[0]?.id ?? null });
  if (origins === null) return found(step(at, 'used', 'factsMissing'), ended('unknown', NO_FACTS));
  return found(step(at, 'used'), withAnchors(origins));
}
