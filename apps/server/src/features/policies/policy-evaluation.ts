import type { Database, FindingReconciliation } from '@trustfleet/database';
import { evaluatePolicy, factsRead, type HostFacts, type Policy } from '@trustfleet/policy';
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
/**
 * A judgement waits so long for more hosts, and for more news of the same ones: reports that come in thousands are judged by their
 * last word, and take turns with taking them in.
 */
const GATHER_MS = 250;
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
  /** The judgement that is still being gathered for; null when the next host opens one. */
  private gathering: Promise<void> | null = null;
  private endGathering: () => void = () => undefined;
  private running: Promise<void> = Promise.resolve();
  private retry: NodeJS.Timeout | null = null;
  private policies: readonly Policy[] | null = null;
  private stopped = false;

  constructor(options: EvaluationOptions) {
    this.options = options;
  }

  /** Resolves when these hosts are judged, or, after a failure, when it is logged and they are noted for another try. */
  evaluate(hostIds: readonly string[]): Promise<void> {
    for (const hostId of hostIds) this.due.add(hostId);
    if (this.gathering !== null) return this.gathering;
    const gathered = this.running.then(() => this.gather());
    this.running = gathered.then(() => {
      this.gathering = null;
      return this.judgeDue();
    });
    this.gathering = this.running;
    return this.running;
  }

  /** Judges, soon, those hosts of which a section changed that a policy looks at. */
  sectionsChanged(
    changes: readonly { readonly hostId: string; readonly changed: readonly string[] }[],
  ): void {
    const read = new Set<string>(this.policies === null ? [] : factsRead(this.policies));
    const matters = ({ changed }: { readonly changed: readonly string[] }): boolean =>
      this.policies === null || changed.some((name) => read.has(name));
    const hostIds = changes.filter(matters).map(({ hostId }) => hostId);
    if (hostIds.length > 0) void this.evaluate(hostIds);
  }

  /** Ends the retries and resolves when the judgement that runs is written. A start judges every host anew. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.retry !== null) clearTimeout(this.retry);
    this.endGathering();
    await this.running;
  }

  private gather(): Promise<void> {
    if (this.stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, GATHER_MS);
      this.endGathering = () => {
        clearTimeout(timer);
        resolve();
      };
    });
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
    this.policies = policies;
    const facts = await database.sections.facts(hostIds, factsRead(policies));
    const clocks = await database.admission.clockOffsets(hostIds);
    const endpoints = await database.endpoints.ofHosts(hostIds);
    const batch = hostIds.flatMap((hostId) =>
      reconciliation(hostId, policies, {
        ...facts.get(hostId),
        clockOffsetMs: clocks.get(hostId),
        configuredEndpoints: endpoints.get(hostId),
      }),
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
