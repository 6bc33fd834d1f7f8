import { CA_VARIABLES, type CaVariableName, type Verdict, type VerdictCause } from '@trustfleet/protocol';
import type { Consumer } from '../consumer.ts';
import type { DiagnosisFacts } from '../facts.ts';
import {
  addAnchor,
  deployBundle,
  removeAnchor,
  reportCode,
  setVariable,
  type Suggestion,
  unsetVariable,
  upgrade,
} from './suggestion.ts';
import { trustRemedies, upgradeOf } from './trust-remedies.ts';

/** What a remedy is chosen by. */
export interface Ailing {
  readonly cause: VerdictCause;
  readonly evidence: Verdict['evidence'];
  readonly consumer: Consumer;
  /** Version of the Toolkit core that brings the consumer's API; null for none. */
  readonly core?: string | null;
  /** Where it runs; without it what the system's store can do is taken to be done. */
  readonly platform?: DiagnosisFacts['platform'];
}

type Choose = (ailing: Ailing) => readonly Suggestion[];

const trust: Choose = ({ consumer, core = null }) => trustRemedies(consumer, core);
const nothing: Choose = () => [];
const code: Choose = () => [reportCode];

/** The variable is set right, else it goes. */
const variable: Choose = (ailing) => {
  const name = variableOf(ailing);
  return name === null ? trust(ailing) : [deployBundle, setVariable(name), unsetVariable(name)];
};

/** A newer copy of the list does; settings that name the union bundle do as well. */
const newerBundle: Choose = (ailing) => {
  const { api, client } = ailing.consumer;
  if (api !== null) return [upgradeOf(api), ...trust(ailing)];
  const bundled = client === 'pip' ? upgrade('pip') : upgrade('certifi');
  return [bundled, ...trust(ailing)];
};

/** The version is the fault: an upgrade first, then what it does look at. */
const newerVersion: Choose = (ailing) => {
  const { api } = ailing.consumer;
  return [...(api === null ? [] : [upgradeOf(api)]), ...trust(ailing)];
};

/** Where to begin, by cause. Empty: nothing that is done on this host helps, and for most of them adding a root would be wrong. */
const BY_CAUSE: Readonly<Record<VerdictCause, Choose>> = {
  anchorMissing: trust,
  bundleStale: newerBundle,
  interceptionNotTrusted: trust,
  variableFileMissing: variable,
  variableFileUnreadable: variable,
  variableFileNotPem: variable,
  variableFileEmpty: variable,
  variableEmpty: variable,
  variableIgnored: newerVersion,
  bundleReplaces: variable,
  trustedInCode: code,
  anchorExpired: trust,
  // failures.md §7.3: the expired root has to go as well.
  crossSignExpired: (ailing) => [removeAnchor, ...trust(ailing)],
  anchorRejected: () => [addAnchor],
  leafExpired: nothing,
  intermediateExpired: nothing,
  notYetValid: nothing,
  clockWrong: nothing,
  hostNameMismatch: nothing,
  serverNameNotSent: newerApi,
  chainIncomplete: () => [deployBundle],
  leafSelfSigned: nothing,
  issuerWithoutRoot: trust,
  strictProfile: nothing,
  weakKey: nothing,
  nameConstraint: nothing,
  chainInvalid: nothing,
  verificationOff: code,
  pythonWithoutStore: withoutStore,
  noSslModule: nothing,
  apiNotImportable: newerApi,
  shareDoesNotAnswer: nothing,
  nameNotResolved: nothing,
  unreachable: nothing,
  proxyRefused: nothing,
  connectionCut: nothing,
  notTls: nothing,
  unknown: nothing,
};

function newerApi({ consumer: { api } }: Ailing): Suggestion[] {
  return api === null ? [] : [upgradeOf(api)];
}

/** Can something that is done on this host, beside a line of code, mend it? */
export function isMendable(cause: VerdictCause): boolean {
  const choose = BY_CAUSE[cause];
  return choose !== nothing && choose !== code;
}

/** It looks where nothing is: a root that is added to the system's store is not seen (python-tls.md §3, compiled-in paths). */
function withoutStore(ailing: Ailing): readonly Suggestion[] {
  const all = trust(ailing);
  return ailing.consumer.python === null ? all : all.filter(({ remedy }) => remedy !== addAnchor.remedy);
}

/** Remedies that would help this consumer, best first, each once. */
export function remediesFor(ailing: Ailing): Suggestion[] {
  const seen = new Set<string>();
  return BY_CAUSE[ailing.cause](ailing).filter((suggestion) => {
    if (suggestion.remedy === addAnchor.remedy && !seesSystemStore(ailing)) return false;
    const key = JSON.stringify(suggestion);
    return !seen.has(key) && seen.add(key);
  });
}

/** python-tls.md §3: on macOS no CPython reads the keychain unless truststore makes it do so; pip is asked about by its own version. */
function seesSystemStore({ platform, consumer: { client, python } }: Ailing): boolean {
  if (platform !== 'macos' || python === null || client === 'pip') return true;
  return python.hooks?.some(({ effect }) => effect === 'truststore') ?? false;
}

function variableOf({ evidence }: Ailing): CaVariableName | null {
  return CA_VARIABLES.find((name) => name === evidence['variable']) ?? null;
}
