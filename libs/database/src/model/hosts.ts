import type { HostListQuery } from '@trustfleet/api';
import type { Page, Platform } from './common.ts';
import type { Finding } from './findings.ts';
import type { JobSummary } from './jobs.ts';
import type { Section } from './sections.ts';
import type { Viewer } from './viewer.ts';

/** A machine that has just enrolled. */
export interface NewHost {
  readonly id: string;
  readonly name: string;
  readonly platform: Platform;
  /** Raw Ed25519 key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** SHA-256 hex of the upgrade secret. */
  readonly secretHash: string;
  readonly agentVersion: string;
  readonly enrolledAt: Date;
  /** Absent: the default group. */
  readonly groupId?: string | undefined;
}

/** What the agent port keeps in memory of every host. */
export interface HostCredential {
  readonly hostId: string;
  readonly secretHash: string;
  /** A second secret that is accepted too while `settings` change it. */
  readonly nextSecretHash: string | null;
  /** Raw Ed25519 key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The agent's run that was here last (`hello.instance`). */
  readonly lastInstance: string | null;
  /** Wall clock minus server time, as stored. */
  readonly clockOffsetMs: number | null;
  readonly groupId: string;
}

/** What a host said of itself in `hello`. */
export interface HostHello {
  readonly hostId: string;
  readonly agentVersion: string;
  readonly bootId: string;
  readonly permits: readonly string[];
  readonly allowListDigest: string;
  readonly interception: boolean;
  /** Version of the key set that the agent has pinned. */
  readonly keySet: number;
  readonly at: Date;
}

/** Who holds a host's socket: `host_connection(host, process, since)`. */
export interface HostConnection {
  readonly hostId: string;
  /** UUID of the server process, new at each start. */
  readonly process: string;
  readonly since: Date;
}

export interface HostSummary {
  readonly id: string;
  readonly name: string;
  readonly platform: Platform;
  /** e.g. "Debian GNU/Linux 12"; null until the first report. */
  readonly os: string | null;
  readonly online: boolean;
  readonly lastSeen: Date | null;
  readonly enrolledAt: Date;
  readonly agentVersion: string | null;
  readonly openFindings: number;
  readonly openBlockers: number;
  /** Python environments; null until the first report. */
  readonly pythons: number | null;
  readonly permits: readonly string[];
  readonly interception: boolean;
  /** The one set that it belongs to: the unit of permission. */
  readonly group: { readonly id: string; readonly name: string };
  /** Its key and secret are refused for good. */
  readonly revokedAt: Date | null;
  /** Nothing is offered to it until a person releases it. */
  readonly quarantine: HostQuarantine | null;
  /** Wall clock minus server time, as the agent said last. */
  readonly clockOffsetMs: number | null;
}

/** `cloned`: one key on two machines. `refused`: it refused what this server signed. */
export type QuarantineReason = 'cloned' | 'refused';

export interface HostQuarantine {
  readonly reason: QuarantineReason;
  readonly since: Date;
}

export interface HostDetail extends HostSummary {
  /** Current sections, by name. */
  readonly sections: readonly Section[];
  /** Open findings, blockers first. */
  readonly findings: readonly Finding[];
  /** The newest 50 jobs. */
  readonly jobs: readonly JobSummary[];
}

/** What only `Database.change` can do. */
export interface HostChanges {
  /** Answers the group that it is in. */
  create(host: NewHost): Promise<string>;
}

export interface HostRepository {
  /** Every host that is not revoked: read once at start, kept up to date by enrolment and revocation. */
  credentials(): Promise<readonly HostCredential[]>;
  /** Stores what `hello` said where that is news, in one statement; a host that was never seen is seen by it. */
  recordHello(batch: readonly HostHello[]): Promise<void>;
  /** One statement for the whole batch; never moves a last-seen back, nor beyond a revocation. */
  touchLastSeen(batch: readonly { readonly hostId: string; readonly at: Date }[]): Promise<void>;
  /** The newest socket wins: replaces whatever process held the host. One statement. */
  connect(batch: readonly HostConnection[]): Promise<void>;
  /** Forgets these sockets, but for hosts that another (newer) one holds by now. Answers the hosts that it forgot. One statement. */
  disconnect(batch: readonly HostConnection[]): Promise<readonly string[]>;
  /** At start and at the end of a process: forgets the sockets of `process`, or of every process. Answers how many. */
  disconnectAll(scope: { readonly process: string } | 'everyProcess'): Promise<number>;
  /** Filter, sort and page of libs/api `hostListQuery`; count and list come from one filter. */
  list(viewer: Viewer, query: HostListQuery): Promise<Page<HostSummary>>;
  /** Those of `hostIds` that exist for the viewer, by name. */
  summaries(viewer: Viewer, hostIds: readonly string[]): Promise<readonly HostSummary[]>;
  /** The group of each of `hostIds` that exists. */
  groupsOf(hostIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  detail(viewer: Viewer, hostId: string): Promise<HostDetail | null>;
}
