import type { DsseEnvelope } from '@trustfleet/protocol';

export interface Fleet {
  /** UUID, fixed at first start. */
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
}

export interface FleetRepository {
  /** The one fleet of this database; `proposal` is stored when there is none yet. Safe when several processes start at once. */
  getOrCreate(proposal: { readonly id: string; readonly name: string; readonly now: Date }): Promise<Fleet>;
  /** The newest key-set document (security.md); null until the first start that knows of it. */
  keySet(): Promise<DsseEnvelope | null>;
  storeKeySet(envelope: DsseEnvelope): Promise<void>;
}
