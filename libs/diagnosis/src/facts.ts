import type { ClientOption, Inventory } from '@trustfleet/protocol';

/** All that a diagnosis reads: stored sections, so that what is true of a host can be worked out where the host is not. */
export interface DiagnosisFacts {
  readonly platform: 'linux' | 'windows' | 'macos';
  readonly sections: Pick<
    Inventory,
    'pythons' | 'variables' | 'bundles' | 'trustStores' | 'shotgrid' | 'endpoints'
  > &
    // What code decides for itself stands beside all else, and nobody need have looked for it.
    Partial<Pick<Inventory, 'code'>>;
  /** DER of a certificate that the sections name; null where it is not held. */
  certificate(sha256: string): Uint8Array | null;
  /** Server time where it is known, else the host's. */
  readonly now: Date;
  /** Wall clock of the host minus server time; null where it is not known. */
  readonly clockOffsetMs: number | null;
}

/** Variables as one new program gets them: the machine's, overlaid by an account's or a service's own (failures.md §7.5). */
export interface VariableContext {
  /** Accounts that get exactly these; empty: programs of no account of its own. */
  readonly accounts: readonly string[];
  /** Services that get exactly these; absent or empty where it is about none. */
  readonly services?: readonly string[];
  /** Set where these accounts differ from everybody in options of these clients' configuration files alone. */
  readonly clients?: readonly ClientOption['client'][];
  /** By name: every CA variable and trust setting that is set. */
  readonly values: ReadonlyMap<string, { readonly value: string; readonly definedIn: string }>;
}
