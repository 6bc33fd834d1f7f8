import { objectIdentifier, readElement } from '@trustfleet/certificates';
import {
  dictionary,
  type Dictionary,
  type PropertyList,
  PropertyListError,
  readPropertyList,
} from './property-list.ts';

/** One usage constraint of a certificate's trust settings (Apple, SecTrustSettingsCopyTrustSettings). */
export interface TrustRule {
  /** Dotted object identifier of the policy; null: every policy. */
  readonly policy: string | null;
  /** e.g. `sslServer`; tells policies apart that share an identifier. */
  readonly policyName: string | null;
  /** 1 trust as root, 2 trust as if it were one, 3 deny, 4 unspecified. */
  readonly result: number;
  /** It holds for some program, some host or another use of the key alone. */
  readonly limited: boolean;
}

/** Rules by SHA-1 of the certificate in upper-case hex: that is how macOS keys them. No rule at all: trusted for everything. */
export type TrustSettings = ReadonlyMap<string, readonly TrustRule[]>;

const SSL = '1.2.840.113635.100.1.3';
const SSL_SERVER = 'sslServer';
const TRUST_ROOT = 1;
const TRUST_AS_ROOT = 2;
const DENY = 3;
/** kSecTrustSettingsKeyUseSignCert: what an anchor's key is used for. */
const SIGN_CERTIFICATES = 8;
const MAX_PURPOSES = 32;

/** What `security trust-settings-export` writes. Throws {@link PropertyListError}. */
export function parseTrustSettings(bytes: Uint8Array): TrustSettings {
  const list = dictionary(dictionary(readPropertyList(bytes))?.['trustList']);
  if (list === null) throw new PropertyListError('it has no trustList');
  const settings = new Map<string, readonly TrustRule[]>();
  for (const [sha1, value] of Object.entries(list)) {
    const rules = dictionary(value)?.['trustSettings'];
    settings.set(
      sha1.toUpperCase(),
      Array.isArray(rules) ? rules.map((rule) => ruleOf(dictionary(rule) ?? {})) : [],
    );
  }
  return settings;
}

function ruleOf(rule: Dictionary): TrustRule {
  const name = rule['kSecTrustSettingsPolicyName'];
  const result = rule['kSecTrustSettingsResult'];
  return {
    policy: policyOf(rule['kSecTrustSettingsPolicy']),
    policyName: typeof name === 'string' ? name : null,
    result: typeof result === 'number' ? result : TRUST_ROOT,
    limited:
      'kSecTrustSettingsApplication' in rule ||
      'kSecTrustSettingsPolicyString' in rule ||
      !allowsSigning(rule['kSecTrustSettingsKeyUsage']),
  };
}

function allowsSigning(usage: PropertyList | undefined): boolean {
  return typeof usage !== 'number' || (usage & SIGN_CERTIFICATES) !== 0;
}

/** Older releases write the identifier's bytes, newer ones its dots. Unknown forms are a policy of their own. */
function policyOf(policy: PropertyList | undefined): string | null {
  if (policy === undefined) return null;
  if (typeof policy === 'string') return policy;
  if (!(policy instanceof Uint8Array) || policy.length === 0 || policy.length > 100) return '?';
  return objectIdentifier(readElement(new Uint8Array([0x06, policy.length, ...policy]), 0));
}

/** What one domain says of one certificate as an anchor for TLS servers. `unspecified`: it leaves that to the next domain. */
export type Verdict = 'trust' | 'deny' | 'unspecified';

export function verdictOf(rules: readonly TrustRule[] | undefined, selfSigned: boolean): Verdict {
  if (rules === undefined) return 'unspecified';
  // A certificate that is no root has to be named one: TrustRoot, which no rule stands for, does not do it.
  if (rules.length === 0) return selfSigned ? 'trust' : 'unspecified';
  const results = rules.filter((rule) => !rule.limited && isForServers(rule)).map(({ result }) => result);
  if (results.includes(DENY)) return 'deny';
  return results.includes(selfSigned ? TRUST_ROOT : TRUST_AS_ROOT) ? 'trust' : 'unspecified';
}

/** The policies that it is trusted for, by name or identifier; null where nothing limits it. */
export function purposesOf(rules: readonly TrustRule[]): string[] | null {
  const trusting = rules.filter(({ result }) => result === TRUST_ROOT || result === TRUST_AS_ROOT);
  if (rules.length === 0 || trusting.some(({ policy, policyName }) => policy === null && policyName === null))
    return null;
  return [...new Set(trusting.map(({ policy, policyName }) => policyName ?? policy ?? ''))]
    .filter((name) => name !== '')
    .slice(0, MAX_PURPOSES);
}

function isForServers({ policy, policyName }: TrustRule): boolean {
  if (policyName !== null) return policyName === SSL_SERVER;
  return policy === null || policy === SSL;
}
