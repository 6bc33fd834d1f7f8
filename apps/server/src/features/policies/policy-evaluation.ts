import type { Database, FindingReconciliation } from '@trustfleet/database';
import { evaluatePolicy, type HostFacts, type Policy } from '@trustfleet/policy';
import type { EventBus } from '../events/event-bus.ts';

interface EvaluationOptions {
  readonly database: Database;
  readonly events: EventBus;
  readonly now: () => Date;
}

/** Hosts judged in one go when all are due; the facts of so many are in memory at once. */
const CHUNK = 100;

/** Judges hosts by the policies and makes the stored findings equal to the outcome: state, never edges. */
export class PolicyEvaluation {
  private readonly options: EvaluationOptions;

  constructor(options: EvaluationOptions) {
    this.options = options;
  }

  /** Judges these hosts by their current facts. */
  async evaluate(hostIds: readonly string[]): Promise<void> {
    const { database, events, now } = this.options;
    const policies = await database.policies.list();
    const facts = await database.sections.facts(hostIds);
    const batch = hostIds.flatMap((hostId) => judge(hostId, policies, facts.get(hostId) ?? {}));
    if (batch.length === 0) return;
    const results = await database.findings.reconcile(batch, now());
    const touched = new Set(results.filter((result) => result.opened + result.closed > 0).map((result) => result.hostId));
    for (const hostId of touched) events.publish({ type: 'findings', hostId });
  }

  /** Judges every host again: after a policy changed, and at start, when this release may judge otherwise than the last. */
  async evaluateAll(hostIds: readonly string[]): Promise<void> {
    for (let at = 0; at < hostIds.length; at += CHUNK) await this.evaluate(hostIds.slice(at, at + CHUNK));
  }
}

function judge(hostId: string, policies: readonly Policy[], facts: HostFacts): FindingReconciliation[] {
  return policies.map((policy) => ({ hostId, policyId: policy.id, findings: evaluatePolicy(policy, facts) }));
}
