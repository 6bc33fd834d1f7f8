import type { ClientName, PythonEnvironment, ShotgunApi, TrustSource } from '@trustfleet/protocol';
import type { OpenSslProfile } from '@trustfleet/certificates';
import type { CodeTrust } from './code-trust/code-trust.ts';
import type { VariableContext } from './facts.ts';

/** Who verifies: one client of one Python environment under one set of variables (failures.md §11, point 1). */
export interface Consumer {
  readonly client: ClientName;
  /** Null for what is no Python. */
  readonly python: PythonEnvironment | null;
  /** The copy of shotgun_api3 that decides, for its three paths. */
  readonly api: ShotgunApi | null;
  readonly context: VariableContext;
  /** Set for the calls of code that decides for itself; absent for the client in general. */
  readonly code?: CodeTrust;
  /** What code beside the client in general says for its own calls. */
  readonly beside?: readonly CodeTrust[];
}

/** A {@link TrustSource} with what a prediction needs and the wire does not. */
export interface ResolvedSource {
  readonly source: TrustSource;
  readonly consumer: Consumer;
  /** SHA-256 of every anchor that it loads. Empty where `source.state` is not `anchors`. */
  readonly anchors: readonly string[];
  /** The bundle, directory or store that decides; null where none does: evidence for causes. */
  readonly decidedBy: {
    readonly kind: 'bundle' | 'store' | 'none';
    /** Path of the bundle, id of the store. */
    readonly ids: readonly string[];
    /** Variable by which it was reached; null where none was. */
    readonly variable: string | null;
  };
  /** What it loads instead where it goes through a proxy; absent: the same. */
  readonly throughProxy?: Pick<ResolvedSource, 'source' | 'anchors' | 'decidedBy'>;
  readonly openssl: OpenSslProfile;
  /** Set where a Python was read from its files alone and may have an older OpenSSL too, which finds other paths (failures.md §7.3). */
  readonly opensslAtOldest?: OpenSslProfile;
  /** Uploads of 3.0.36 – 3.8.1 send no name and check none (shotgrid.md §1.4). */
  readonly sendsName: boolean;
  readonly checksName: boolean;
}
