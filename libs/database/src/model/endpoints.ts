import type { ClientName, ConfiguredEndpoint } from '@trustfleet/protocol';
import type { Viewer } from './viewer.ts';

/** What a person says of an endpoint; the caller has validated it (libs/api `createEndpoint`). */
export interface EndpointFields {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly clients: readonly ClientName[];
  /** Null: every host. */
  readonly groupId: string | null;
}

export interface NewEndpoint extends EndpointFields {
  readonly id: string;
  readonly createdAt: Date;
  readonly createdBy: string;
}

export interface Endpoint extends Omit<NewEndpoint, 'groupId'> {
  readonly group: { readonly id: string; readonly name: string } | null;
}

/** A site that hosts name and do not have as an endpoint. */
export interface ProposedEndpoint {
  readonly host: string;
  readonly port: number;
  /** How many hosts that the viewer sees. */
  readonly hosts: number;
}

export interface EndpointRepository {
  /** Those of every host, and those of the groups that the viewer sees; by name. */
  list(viewer: Viewer): Promise<readonly Endpoint[]>;
  /** The whole list of each of `hostIds` that exists, in a constant number of statements. */
  ofHosts(hostIds: readonly string[]): Promise<ReadonlyMap<string, readonly ConfiguredEndpoint[]>>;
  /** From the current `shotgrid` sections, in one statement; most hosts first, at most 100. */
  proposals(viewer: Viewer): Promise<readonly ProposedEndpoint[]>;
}

/** `taken`: some host would have this address twice. `tooMany`: some host would have more than libs/protocol `MAX_ENDPOINTS`. */
export type EndpointRefusal = 'taken' | 'tooMany';

/** What only `Database.change` can do. Changes of endpoints wait for each other, so that no two of them pass the limits together. */
export interface EndpointChanges {
  /** Null: it stands. */
  create(endpoint: NewEndpoint): Promise<EndpointRefusal | null>;
  /** As it is, and nobody else changes it until this change ends; null where the viewer does not see it. */
  take(viewer: Viewer, id: string): Promise<Endpoint | null>;
  /** Null: it stands. */
  update(id: string, fields: EndpointFields): Promise<EndpointRefusal | null>;
  remove(id: string): Promise<void>;
}
