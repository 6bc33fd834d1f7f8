import type { QuarantineReason } from './hosts.ts';
import type { Viewer } from './viewer.ts';

/** Agent runs (`hello.instance`) of one key. */
export interface SeenInstances {
  /** The newest last. */
  readonly instances: readonly string[];
  /** How often one came back after another. */
  readonly returns: number;
}

/** A host that a change was about, for the audit. */
export interface NamedHost {
  readonly id: string;
  readonly name: string;
}

/** Whether a host may do more than stand in the history: its key, its quarantine, and the facts of them that the agent says. */
export interface AdmissionRepository {
  /** Null for a stranger. */
  instancesOf(hostId: string): Promise<SeenInstances | null>;
  saveInstances(hostId: string, seen: SeenInstances): Promise<void>;
  /** Wall clock minus server time, by host; hosts that have not said are left out. */
  clockOffsets(hostIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  saveClockOffset(hostId: string, offsetMs: number): Promise<void>;
  saveKeySetVersion(hostId: string, version: number): Promise<void>;
}

/** What only `Database.change` can do. All answer null where there is no such host for the viewer, or nothing is to be changed. */
export interface AdmissionChanges {
  /** Its key and secrets are refused from now on; its open findings are closed, a pending change of its settings is given up. */
  revoke(viewer: Viewer, about: { readonly hostId: string; readonly at: Date }): Promise<NamedHost | null>;
  /** Nothing is offered to it until somebody releases it. The first reason stays. */
  quarantine(about: {
    readonly hostId: string;
    readonly reason: QuarantineReason;
    readonly at: Date;
  }): Promise<NamedHost | null>;
  /** Ends the quarantine and forgets which runs were seen. */
  release(
    viewer: Viewer,
    hostId: string,
  ): Promise<(NamedHost & { readonly reason: QuarantineReason; readonly since: Date }) | null>;
  /** To a group that the viewer sees too. */
  move(
    viewer: Viewer,
    about: { readonly hostId: string; readonly groupId: string },
  ): Promise<(NamedHost & { readonly from: string; readonly to: string }) | null>;
}
