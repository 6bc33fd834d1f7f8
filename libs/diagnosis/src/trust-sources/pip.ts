import type { Consumer, ResolvedSource } from '../consumer.ts';
import { isAtLeast, isBefore, versionNumber, type VersionNumber } from '../version-number.ts';
import { bundleOfPackage, injectedTruststore, systemCertsHook, truststoreStore } from './hooks.ts';
import {
  byFile,
  inquire,
  NO_FACTS,
  optionOf,
  libraryOf,
  packageVersion,
  variableRung,
  type Inquiry,
} from './inquiry.ts';
import { pythonProfile } from './openssl-profile.ts';
import { refusedOption, type PipAsked } from './pip-options.ts';
import { searchInPython } from './python-client.ts';
import { fileWay, requestsSearch } from './requests.ts';
import { addedTo, ended, found, type Found, type Rung } from './search.ts';
import { sourceOf } from './source-of.ts';
import { place, step, type Place, type Step } from './step.ts';
import type { ResolveSource } from './types.ts';

/** requests as pip vendors it: what counts is that it is 2.28 or later from pip 22.2 on. */
const VENDORED_NEW: VersionNumber = [2, 28];
const VENDORED_OLD: VersionNumber = [2, 14];

/**
 * python-tls.md §4, row "pip". Measured with pip 22.0.4, 23.0.1, 23.2.1 and 24.2: REQUESTS_CA_BUNDLE beats PIP_CERT, since pip sets
 * `Session.verify` and its requests asks the variables first.
 */
export const pip: ResolveSource = (consumer, facts) => {
  const inquiry = inquire(consumer, facts);
  const { python } = inquiry.consumer;
  const version = packageVersion(python, 'pip');
  const resolve = (look: () => Found): ResolvedSource => {
    const result = searchInPython(inquiry, look);
    // It vendors urllib3 1.26, which is not strict on 3.13.
    const openssl = pythonProfile(python, result.end.byDefaultContext);
    return sourceOf(inquiry, result, { ...libraryOf(python, 'pip'), openssl });
  };
  const direct = resolve(() => search(inquiry, version));
  // Up to 25.1 its context is for direct connections alone (pip issue 13288; measured with 24.2).
  if (isAtLeast(version, [25, 2]) || !usesTruststore(inquiry)) return direct;
  const { source, anchors, decidedBy } = resolve(() => searchFiles(inquiry, version));
  return { ...direct, throughProxy: { source, anchors, decidedBy } };
};

function search(inquiry: Inquiry, version: VersionNumber): Found {
  const refused = refusedOption(askedOf(inquiry.consumer, inFiles(inquiry)));
  if (refused !== null) return { steps: [], end: ended('cannotLoad', refused) };
  const searched = searchFiles(inquiry, version);
  if (!usesTruststore(inquiry) || !['anchors', 'unknown'].includes(searched.end.state)) return searched;
  const other = injectedTruststore(inquiry);
  // Its own calls the other's, which calls itself (measured with pip 24.1.2, 24.2 and 26.3).
  if (other !== null) return found(step(other, 'failed', 'truststore'), ended('cannotLoad', RECURSION));
  const system = truststoreStore(inquiry, place('injection', { name: 'pip' }), 'added');
  // The requests of 24.1 hands no file to a context that it is given, unless one is named (measured with 24.1.2).
  const ownIsLeftOut = isAtLeast(version, [24, 1]) && isBefore(version, [24, 2]);
  if (ownIsLeftOut && searched.steps.some(isUsedBundle)) return system;
  const withSystem = addedTo(searched, system);
  // From 24.2 on its certifi is in that context before any variable is asked.
  const keepsOwn = isAtLeast(version, [24, 2]) && searched.steps.some(isOverriddenBundle);
  return keepsOwn ? addedTo(withoutOverridden(withSystem), asAdded(ownBundle(inquiry))) : withSystem;
}

const RECURSION = 'RecursionError: maximum recursion depth exceeded';

/** As its requests looks for a file. */
function searchFiles(inquiry: Inquiry, version: VersionNumber): Found {
  const vendored = isBefore(version, [22, 2]) ? VENDORED_OLD : VENDORED_NEW;
  const way = fileWay(inquiry, vendored);
  return requestsSearch(inquiry, {
    version: vendored,
    // pip takes no option whose value is empty.
    session: [variableRung(inquiry, 'PIP_CERT', way), optionRung(inquiry, way)],
    own: { place: ownPlace(inquiry), look: () => ownBundle(inquiry) },
  });
}

function isUsedBundle({ kind, outcome }: Step): boolean {
  return kind === 'bundle' && outcome === 'used';
}
function isOverriddenBundle({ kind, outcome }: Step): boolean {
  return kind === 'bundle' && outcome === 'overridden';
}
function withoutOverridden({ steps, end }: Found): Found {
  return { steps: steps.filter((one) => !isOverriddenBundle(one)), end };
}
function asAdded({ steps, end }: Found): Found {
  const added = steps.map((one): Step =>
    one.outcome === 'used' ? { ...one, outcome: 'added', reason: 'addsToBundle' } : one,
  );
  return { steps: added, end };
}

function optionRung(inquiry: Inquiry, way: Parameters<typeof byFile>[2]): Rung {
  const option = optionOf(inquiry, 'cert');
  const at = place('configuration', {
    name: 'cert',
    value: option?.value ?? null,
    definedIn: option?.definedIn ?? null,
  });
  const set = option !== undefined && option.value !== '';
  return { place: at, look: set ? () => byFile(inquiry, at, { used: 'replacesBundle', ...way }) : null };
}

function ownPlace(inquiry: Inquiry): Place {
  return place('bundle', { name: 'pip', value: bundleOfPackage(inquiry, 'pip') });
}

function ownBundle(inquiry: Inquiry): Found {
  const at = ownPlace(inquiry);
  return at.value === null
    ? found(step(at, 'used', 'factsMissing'), ended('unknown', NO_FACTS))
    : byFile(inquiry, at, { used: 'ownBundle' });
}

/** pip-system-certs before 5 hands pip a context of its own. */
function usesTruststore(inquiry: Inquiry): boolean {
  return systemCertsHook(inquiry) === null && pipAsksTheSystem(inquiry.consumer, inFiles(inquiry));
}

const inFiles =
  (inquiry: Inquiry): Said =>
  (name) =>
    optionOf(inquiry, name)?.value ?? '';

/** 24.2 and later by itself, 22.2 – 24.1 on request, both on Python 3.10 and later. `said`: of its configuration files. */
export function pipAsksTheSystem(consumer: Consumer, said: Said = () => ''): boolean {
  const asked = askedOf(consumer, said);
  if (!isAtLeast(asked.python, [3, 10]) || refusedOption(asked) !== null) return false;
  if (isAtLeast(asked.pip, [24, 2])) return !asked.deprecated.includes('legacy-certs');
  return isAtLeast(asked.pip, [22, 2]) && asked.features.includes('truststore');
}

type Said = (name: 'use-feature' | 'use-deprecated') => string;

function askedOf({ python, context }: Consumer, said: Said): PipAsked {
  // A variable takes the place of the files' option, and an empty one is none.
  const words = (name: 'use-feature' | 'use-deprecated', variable: string): readonly string[] =>
    (context.values.get(variable)?.value || said(name)).split(/[\s,]+/);
  return {
    pip: packageVersion(python, 'pip'),
    python: versionNumber(python?.version ?? null),
    truststoreInstalled: python?.packages.some(({ name }) => name === 'truststore') ?? false,
    features: words('use-feature', 'PIP_USE_FEATURE'),
    deprecated: words('use-deprecated', 'PIP_USE_DEPRECATED'),
  };
}
