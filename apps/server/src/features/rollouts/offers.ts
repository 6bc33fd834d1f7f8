import { setImmediate as nextTurn, setTimeout as after } from 'node:timers/promises';
import type { OutgoingMessage, SendResult } from '@trustfleet/agent-hub';
import type { Artifact, Database, DeliverableJob, JobRef } from '@trustfleet/database';
import type { JobMessage } from '@trustfleet/protocol';
import { toBase64 } from '@trustfleet/signing';
import type { Logger } from '../../logging/logger.ts';

/** The one thing that the dispatcher needs of the sockets. */
export type SendToHost = (hostId: string, message: OutgoingMessage) => SendResult;

interface OffersOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly now: () => Date;
  readonly send: SendToHost;
  /** Told once for however many hosts that came together. */
  readonly failed: (error: unknown) => void;
  /** Told of jobs whose state has moved. */
  readonly moved: (jobs: readonly JobRef[]) => void;
}

/** Hosts that come back within this time share one look-up. */
const GATHER_MS = 50;
/** Hosts of one look-up. */
const HOSTS_AT_ONCE = 500;
/** Messages that go out before the event loop gets its turn (protocol.md, rule 5). */
const SENDS_AT_ONCE = 50;
/** Looks at the same hosts before the rest is left to the next sweep; each brings up to 500 jobs. */
const LOOKS = 20;

/** Brings what is due to many hosts with one look-up. One turn after the other: two at once would send the same job twice. */
export class Offers {
  private readonly options: OffersOptions;
  private gathered = new Set<string>();
  private gathering: Promise<void> | null = null;
  private running: Promise<void> = Promise.resolve();

  constructor(options: OffersOptions) {
    this.options = options;
  }

  /** Resolves when the host was sent what is due, together with those that came at the same time. Never fails. */
  whenGathered(hostId: string): Promise<void> {
    this.gathered.add(hostId);
    this.gathering ??= after(GATHER_MS).then(() => {
      const hostIds = [...this.gathered];
      this.gathered = new Set();
      this.gathering = null;
      return this.now(hostIds).catch(this.options.failed);
    });
    return this.gathering;
  }

  /** Resolves when these hosts were sent what is due. */
  now(hostIds: readonly string[] | 'all'): Promise<void> {
    const turn = this.running.then(() => this.turn(hostIds));
    // The caller of this turn gets its failure; the next turn only waits for its end.
    this.running = turn.catch(() => undefined);
    return turn;
  }

  cancel({ hostId, id }: JobRef): void {
    this.options.send(hostId, { type: 'cancel', jobId: id });
  }

  /** Resolves when nothing runs or gathers. */
  async idle(): Promise<void> {
    await this.gathering;
    await this.running;
  }

  private async turn(hostIds: readonly string[] | 'all'): Promise<void> {
    if (hostIds === 'all') {
      await this.offer('all');
      return;
    }
    for (let at = 0; at < hostIds.length; at += HOSTS_AT_ONCE)
      await this.offer(hostIds.slice(at, at + HOSTS_AT_ONCE));
  }

  private async offer(hostIds: readonly string[] | 'all'): Promise<void> {
    for (let look = 0; look < LOOKS; look += 1) {
      const sent = await this.sendDue(hostIds);
      if (sent === 0) break;
    }
    const cancels = await this.options.database.jobs.cancelsToSend(hostIds);
    await inChunks(cancels, (job) => {
      this.cancel(job);
    });
  }

  /** Marked as offered first: the host's answer may be quicker than the next write. */
  private async sendDue(hostIds: readonly string[] | 'all'): Promise<number> {
    const { database, now, logger, send, moved } = this.options;
    const at = now();
    const due = await database.jobs.due(hostIds, at);
    const offered = await database.jobs.transition({
      jobIds: due.map(({ id }) => id),
      from: ['queued', 'heldOffline', 'offered'],
      to: 'offered',
      at,
    });
    const mine = new Set(offered.map(({ id }) => id));
    const message = messages();
    await inChunks(
      due.filter(({ id }) => mine.has(id)),
      (job) => {
        const result = send(job.hostId, message(job));
        if (result !== 'sent')
          logger.info({ hostId: job.hostId, jobId: job.id, result }, 'job not delivered yet');
      },
    );
    moved(offered);
    return offered.length;
  }
}

async function inChunks<T>(items: readonly T[], work: (item: T) => void): Promise<void> {
  for (const [index, item] of items.entries()) {
    if (index > 0 && index % SENDS_AT_ONCE === 0) await nextTurn();
    work(item);
  }
}

/** A frame has at most 1 MiB, with everything in it: agents fetch what is larger by its hash. */
const LARGEST_IN_MESSAGE = 64 * 1024;

/** Makes messages; the bytes of an order's artifacts are written out once for all its jobs. */
function messages(): (job: DeliverableJob) => JobMessage {
  const written = new Map<readonly Artifact[], JobMessage['artifacts']>();
  return ({ order, job, artifacts }) => {
    const known =
      written.get(artifacts) ??
      Object.fromEntries(
        artifacts
          .filter(({ bytes }) => bytes.length <= LARGEST_IN_MESSAGE)
          .map(({ sha256, bytes }) => [sha256, toBase64(bytes)]),
      );
    written.set(artifacts, known);
    return { type: 'job', order, job, artifacts: known };
  };
}
