import { VERDICT_CAUSES, type ConfiguredEndpoint, type Inventory } from '@trustfleet/protocol';

/** What is known of one host. A section that is not there is unknown, which is neither good nor bad. */
export type HostFacts = { readonly [Name in keyof Inventory]?: Inventory[Name] | undefined } & {
  /** Wall clock minus server time: no section, since it moves by itself. */
  readonly clockOffsetMs?: number | null | undefined;
  /** What people configured for this host: no section, since the host does not say it. */
  readonly configuredEndpoints?: readonly ConfiguredEndpoint[] | undefined;
};

export interface RequiredAnchor {
  /** SHA-256 of the DER, lower-case hex. */
  readonly sha256: string;
  /** For people. */
  readonly name: string;
}

export interface AnchorRequiredPolicy {
  readonly id: string;
  readonly name: string;
  readonly rule: 'anchorRequired';
  readonly parameters: { readonly anchors: readonly RequiredAnchor[] };
}

export interface ClockAccuratePolicy {
  readonly id: string;
  readonly name: string;
  readonly rule: 'clockAccurate';
  /** Furthest that a wall clock may be from server time, either way. */
  readonly parameters: { readonly maxOffsetSeconds: number };
}

export interface EndpointsVerifyPolicy {
  readonly id: string;
  readonly name: string;
  readonly rule: 'endpointsVerify';
  /** None: the endpoints that are configured are the rule. */
  readonly parameters: Readonly<Record<string, never>>;
}

export interface SharesAnswerPolicy {
  readonly id: string;
  readonly name: string;
  readonly rule: 'sharesAnswer';
  /** None: what the host's owner let the agent read is the rule. */
  readonly parameters: Readonly<Record<string, never>>;
}

export interface CodeDecidesPolicy {
  readonly id: string;
  readonly name: string;
  readonly rule: 'codeDecides';
  /** None: the code that the host's owner lets the agent read is the rule. */
  readonly parameters: Readonly<Record<string, never>>;
}

/** One member per rule. */
export type Policy =
  AnchorRequiredPolicy | ClockAccuratePolicy | EndpointsVerifyPolicy | SharesAnswerPolicy | CodeDecidesPolicy;

/** `blocker`: programs fail. `warning`: the users of one bundle fail, or something may fail, or is unsafe. */
export type FindingSeverity = 'blocker' | 'warning';

/** Same shape as libs/api `findingSubject`. */
export type FindingSubject =
  | { readonly kind: 'trustStore'; readonly store: string; readonly name: string; readonly path: string }
  | { readonly kind: 'bundle'; readonly path: string; readonly usedBy: string[] }
  | { readonly kind: 'clock' }
  | {
      readonly kind: 'client';
      readonly python: string | null;
      readonly client: string;
      readonly endpoint: {
        readonly id: string;
        readonly name: string;
        readonly host: string;
        readonly port: number;
      };
      readonly accounts: string[];
    }
  | { readonly kind: 'clients'; readonly more: number }
  | { readonly kind: 'code'; readonly path: string; readonly line: number }
  | { readonly kind: 'codeLines'; readonly more: number }
  | {
      readonly kind: 'share';
      readonly export: string;
      readonly type: string;
      /** Null where the host has no place of its own for it. */
      readonly mount: string | null;
    };

export type FindingEvidence = Readonly<Record<string, string | number | boolean | null>>;

export interface PolicyFinding {
  /**
   * The same broken thing of a host (rule, subject, anchor) gives the same key at every evaluation, also when its cause or its evidence
   * changed: update those in place. At most 128 characters, safe as an index key whatever the host's paths are.
   */
  readonly key: string;
  readonly rule: Policy['rule'];
  /** Stable cause id, see `CAUSES`. */
  readonly cause: Cause;
  readonly severity: FindingSeverity;
  readonly subject: FindingSubject;
  /** Null where the subject as a whole is unusable. */
  readonly anchor: { readonly sha256: string; readonly name: string } | null;
  readonly evidence: FindingEvidence;
}

/** Every cause this library can name; the dashboard's catalogue has words for each. */
export const CAUSES = [
  'anchorMissingFromStore',
  'anchorMissingFromBundle',
  'anchorDistrusted',
  'anchorForOtherPurposes',
  'storeMissing',
  'storeUnreadable',
  'storeNotRegularFile',
  'storeTooLarge',
  'storeEmpty',
  'storeDer',
  'storeUtf16',
  'storeNoCertificates',
  'storeMalformed',
  'bundleMissing',
  'bundleUnreadable',
  'bundleNotRegularFile',
  'bundleTooLarge',
  'bundleEmpty',
  'bundleDer',
  'bundleUtf16',
  'bundleNoCertificates',
  'bundleMalformed',
  'predictionDiffers',
  'moreFindings',
  // `clockWrong` among them: also what `clockAccurate` says.
  ...VERDICT_CAUSES,
] as const;
export type Cause = (typeof CAUSES)[number];

/** Does the operating system's store trust it? `unknown` when no section says so. */
export type AnchorStatus = 'met' | 'missing' | 'unknown';
