import type { Database, FindingReconciliation } from '@trustfleet/database';
import { evaluatePolicy, type HostFacts, type Policy } from '@trustfleet/policy';
import type { Logger } from '../../logging/logger.ts';
import type { EventBus } from '../events/event-bus.ts';

interface EvaluationOptions {
  readonly database: Database;
  readonly events: EventBus;
  readonly logger: Logger;
  readonly now: () => Date;
}

/** Hosts judged in one go: the facts of so many are in memory at once. */
const CHUNK = 100;
/** After a failure, what is still due is tried again. */
const RETRY_MS = 15_000;

/**
 * Judges hosts by the policies and makes the stored findings equal to the outcome: state, never edges. One
 * judgement at a time, so that an older look at a host's facts is never written over a newer one.
 */
export class PolicyEvaluation {
  private readonly options: EvaluationOptions;
  /** Hosts whose facts changed since they were last judged. */
  private readonly due = new Set<string>();
  private running: Promise<void> = Promise.resolve();
  private retry: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(options: EvaluationOptions) {
    this.options = options;
  }

  /** Resolves when these hosts are judged, or, after a failure, when it is logged and they are noted for another try. */
  evaluate(hostIds: readonly string[]): Promise<void> {
    for (const hostId of hostIds) this.due.add(hostId);
    this.running = this.running.then(() => this.judgeDue());
    return this.running;
  }

  /** Ends the retries and resolves when the judgement that runs is written. A start judges every host anew. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.retry !== null) clearTimeout(this.retry);
    await this.running;
  }

  private async judgeDue(): Promise<void> {
    while (this.due.size > 0 && !this.stopped) {
      const hostIds = [...this.due].slice(0, CHUNK);
      for (const hostId of hostIds) this.due.delete(hostId);
      try {
        await this.judge(hostIds);
      } catch (error) {
        for (const hostId of hostIds) this.due.add(hostId);
        this.options.logger.error(
          { err: error, hosts: this.due.size },
          'hosts could not be judged; they are tried again',
        );
        this.retryLater();
        return;
      }
    }
  }

  private async judge(hostIds: readonly string[]): Promise<void> {
    const { database, events, now } = this.options;
    const policies = await database.policies.list();
    const facts = await database.sections.facts(hostIds);
    const clocks = await database.admission.clockOffsets(hostIds);
    const batch = hostIds.flatMap((hostId) =>
      reconciliation(hostId, policies, { ...facts.get(hostId), clockOffsetMs: clocks.get(hostId) }),
    );
    const results = await database.findings.reconcile(batch, now());
    const touched = new Set(
      results.filter((result) => result.opened + result.closed > 0).map((result) => result.hostId),
    );
    for (const hostId of touched) events.publish({ type: 'findings', hostId });
  }

  private retryLater(): void {
    if (this.stopped) return;
    this.retry ??= setTimeout(() => {
      this.retry = null;
      void this.evaluate([]);
    }, RETRY_MS);
  }
}

function reconciliation(
  hostId: string,
  policies: readonly Policy[],
  facts: HostFacts,
): FindingReconciliation[] {
  return policies.map((policy) => ({ hostId, policyId: policy.id, findings: evaluatePolicy(policy, facts) }));
}
