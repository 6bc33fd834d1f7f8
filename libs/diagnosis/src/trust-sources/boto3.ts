import { isAtLeast, type VersionNumber } from '../version-number.ts';
import { pythonLoadError, withoutClass } from './file-problem.ts';
import { certifi } from './hooks.ts';
import {
  argumentRungs,
  byFile,
  inquire,
  NO_FACTS,
  optionOf,
  libraryOf,
  packageOf,
  packageVersion,
  variableRung,
  type FileWay,
  type Inquiry,
} from './inquiry.ts';
import { pythonProfile } from './openssl-profile.ts';
import { searchInPython } from './python-client.ts';
import { ended, firstThatIsThere, found, type Found, type Rung } from './search.ts';
import { sourceOf } from './source-of.ts';
import { place, step, type Place } from './step.ts';
import type { ResolveSource } from './types.ts';

/**
 * python-tls.md §4, row "boto3", and botocore 1.44.5 `endpoint.py`, `configprovider.py`, `httpsession.py`: verify= → AWS_CA_BUNDLE →
 * ca_bundle of ~/.aws/config → REQUESTS_CA_BUNDLE → certifi. It makes its contexts itself, none of them strict.
 */
export const boto3: ResolveSource = (consumer, facts) => {
  const inquiry = inquire(consumer, facts);
  const { python } = inquiry.consumer;
  const result = searchInPython(inquiry, () => search(inquiry, packageVersion(python, 'botocore')));
  return sourceOf(inquiry, result, {
    ...libraryOf(python, 'botocore'),
    openssl: pythonProfile(python, false),
  });
};

function search(inquiry: Inquiry, version: VersionNumber): Found {
  const way: FileWay = {
    error: (problem) =>
      `botocore.exceptions.SSLError: SSL validation failed: ${withoutClass(pythonLoadError(problem, inquiry))}`,
  };
  const empty = (at: Place): Found => byEmpty(at, version);
  return firstThatIsThere([
    ...argumentRungs(inquiry, 'verify', way),
    variableRung(inquiry, 'AWS_CA_BUNDLE', { ...way, empty }),
    optionRung(inquiry, way),
    variableRung(inquiry, 'REQUESTS_CA_BUNDLE', { ...way, empty }),
    { place: place('package', { name: 'certifi' }), look: () => ownBundle(inquiry) },
  ]);
}

function optionRung(inquiry: Inquiry, way: FileWay): Rung {
  const option = optionOf(inquiry, 'ca_bundle');
  const at = place('configuration', {
    name: 'ca_bundle',
    value: option?.value ?? null,
    definedIn: option?.definedIn ?? null,
  });
  return {
    place: at,
    look: option === undefined ? null : () => byFile(inquiry, at, { used: 'replacesBundle', ...way }),
  };
}

const REFUSED =
  'botocore.exceptions.InvalidConfigError: Invalid CA bundle: the configured value (ca_bundle, AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, or verify) resolved to an empty or whitespace-only string.';

/** 1.44.0 refuses an empty text, 1.43.0 took it for `verify=False`. */
function byEmpty(at: Place, version: VersionNumber): Found {
  if (isAtLeast(version, [1, 44]))
    return found(step(at, 'failed', 'emptyIsRefused'), ended('cannotLoad', REFUSED, at.name));
  return found(step(at, 'used', 'emptySwitchesOff'), ended('verificationOff', null, at.name));
}

function ownBundle(inquiry: Inquiry): Found {
  const ofCertifi = certifi(inquiry);
  if (ofCertifi !== null) return ofCertifi;
  const value = packageOf(inquiry.consumer.python, 'botocore')?.bundle ?? null;
  const at = place('bundle', { name: 'botocore', value });
  return value === null
    ? found(step(at, 'used', 'factsMissing'), ended('unknown', NO_FACTS))
    : byFile(inquiry, at, { used: 'ownBundle' });
}
