import type { JobEvidence, JobPlan, VerdictChange } from '@trustfleet/protocol';
import type { JobEvents } from './job-events.ts';
import type { AcceptedEntry } from './journal/entries.ts';
import type { Journal } from './journal/journal.ts';
import type { JournalContent } from './journal/progress.ts';
import type { FaultPoint, RepairLog } from './ports.ts';
import type { Handshakes, RunningPrograms } from './proof.ts';
import type { RemedyExecutor } from './remedy.ts';

/** What one run of a job works with. */
export interface JobRun {
  readonly journal: Journal;
  readonly accepted: AcceptedEntry;
  readonly events: JobEvents;
  readonly remedies: Readonly<Record<string, RemedyExecutor>>;
  readonly fault: FaultPoint;
  readonly log: RepairLog;
  /** Another job of this host's archive. */
  findJob(jobId: string): JournalContent | null;
  /** True once somebody asked for the job to be given up; heard until the first step. */
  cancelled(): boolean;
  /** Why the host's owner does not permit it; null when it may go on. Asked before each attempt: between accepting and beginning lie other jobs, or a stop of the agent. */
  forbidden(): Promise<string | null>;
  /** Proved bytes of an artifact that did not travel with the job's message; null where they are not here. */
  storedArtifact(sha256: string): Promise<Uint8Array | null>;
  /** Brings what the order names and is not here. Throws with the reason, for a person. */
  fetchArtifacts(signal: AbortSignal): Promise<void>;
  /** Server time; null while it is not known. */
  serverTime(): Date | null;
  /** In [0, 1). */
  random(): number;
  /** How often in a row this job could not be carried on, in this process. */
  readonly stuckTimes: number;
  /** Null on a host that proves nothing by handshakes. */
  readonly handshakes: Handshakes | null;
  readonly programs: RunningPrograms | null;
  /** After a change, before the final event: the inventory is read again, so that the server hears of it first. */
  beforeFinal(): Promise<void>;
  /** Writes into the journal of the job that this one took back what became of it. */
  tellUndone(
    undoes: string,
    proof: { readonly plan: JobPlan | null; readonly after: JobEvidence },
  ): Promise<void>;
}

/** What is known so far; goes into the events that follow. */
export interface Measured {
  readonly plan: JobPlan | null;
  readonly before: JobEvidence | null;
}

/** A change that is in place, by the remedy's own check. */
export interface Applied extends Measured {
  readonly after: JobEvidence;
  readonly detail: string | null;
  /** What real handshakes found to differ; absent where none were made. */
  readonly proof?: readonly VerdictChange[] | undefined;
}
