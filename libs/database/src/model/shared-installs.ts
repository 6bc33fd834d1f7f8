import type { Cause, FindingSeverity } from '@trustfleet/policy';
import type { Viewer } from './viewer.ts';

/** `shotgunApi`: a copy of shotgun_api3. `bundle`: a PEM file. */
export type SharedInstallKind = 'shotgunApi' | 'toolkitCore' | 'python' | 'bundle';

/** The same object (same export, same path below it, same content) as many hosts see it (issue 5, "shared install"). */
export interface SharedInstall {
  /** SHA-256 hex over kind, place and content: equal on every server, and another one when the content changes. */
  readonly id: string;
  readonly kind: SharedInstallKind;
  /** As exports are compared: `nas:` with the whole path in `path`, or `//nas/tools`. */
  readonly source: string;
  /** Below `source`; in lower case where the file system does not tell cases apart. */
  readonly path: string;
  /** The file server's first label: what a lease on a shared install is taken for, since more names than one may lead to an object. */
  readonly server: string;
  readonly version: string | null;
  /** SHA-256 hex over what it holds; null where that could not be read. */
  readonly content: string | null;
  /** Hosts that report it now, of those that the viewer sees. */
  readonly hosts: number;
  /** Such hosts see another content at the same place. */
  readonly differs: boolean;
}

export interface SharedInstallQuery {
  readonly kind?: SharedInstallKind | undefined;
  /** In the source and the path, whatever the case. */
  readonly q?: string | undefined;
  /** Only what this host reports. */
  readonly hostId?: string | undefined;
  readonly differing?: boolean | undefined;
  /** The last one of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Where one host has it. */
export interface SharedInstallUse {
  readonly hostId: string;
  readonly hostName: string;
  readonly group: { readonly id: string; readonly name: string };
  /** As the host sees it; the first by name where it has more. */
  readonly path: string;
  /** Null where it has no place of its own for the export. */
  readonly mount: string | null;
  readonly seenFrom: Date;
  /** Open findings of this host that name it. */
  readonly openFindings: number;
}

/** What keeps clients from connecting through it. */
export interface SharedInstallCause {
  readonly rule: string;
  readonly cause: Cause;
  readonly severity: FindingSeverity;
  readonly findings: number;
  readonly hosts: number;
}

/** Where a host that is asked about has which shared install. */
export interface OwnSharedInstall extends SharedInstall {
  /** As that host sees it. */
  readonly at: string;
}

export interface SharedInstallDetail extends SharedInstall {
  /** Other contents that hosts see at the same place, most hosts first, at most 50. */
  readonly others: readonly Pick<SharedInstall, 'id' | 'version' | 'content' | 'hosts'>[];
  /** Blockers first, then by hosts. */
  readonly causes: readonly SharedInstallCause[];
}

export interface SharedInstallRepository {
  /** By source and path. `next`: what to give as `after`; null: no more. An `after` that is not known begins anew. */
  list(
    viewer: Viewer,
    query: SharedInstallQuery,
  ): Promise<{ readonly items: readonly SharedInstall[]; readonly next: string | null }>;
  /** Null: no host that the viewer sees reports it. */
  detail(viewer: Viewer, id: string): Promise<SharedInstallDetail | null>;
  /** Hosts that use it, by name. Everybody that a keeper's change concerns: with `SYSTEM` and page after page. */
  uses(
    viewer: Viewer,
    id: string,
    page: { readonly after?: string | undefined; readonly limit: number },
  ): Promise<{ readonly items: readonly SharedInstallUse[]; readonly next: string | null }>;
  /** All that one host reports, at most 2000, by its own path. Null: no such host for the viewer. */
  ofHost(viewer: Viewer, hostId: string): Promise<readonly OwnSharedInstall[] | null>;
}
