import { consequences, isWorse } from '@trustfleet/diagnosis';
import type { JobPlan, VerdictChange } from '@trustfleet/protocol';
import { fitDetail, messageOf } from './detail.ts';
import type { JobRun } from './job-run.ts';
import type { Measurement } from './proof.ts';
import { changeWords } from './proof-words.ts';
import type { OpenedRemedy } from './remedy.ts';

/** Lines of verdicts in a plan: every event carries the plan. */
const MAX_LINES = 200;
const MAX_REMARKS = 20;

/**
 * What the programs of this host verify before the change. Null where nothing is to be compared: no endpoint is configured, or an earlier
 * run is taken back, which ends as it was before that run whatever verified since. A measurement that fails holds nothing up.
 */
export async function measureBefore(run: JobRun, signal: AbortSignal): Promise<Measurement | null> {
  if (run.handshakes === null || run.accepted.order.mode === 'undo') return null;
  try {
    return await run.handshakes.measure(signal);
  } catch (error) {
    run.log('warn', 'what verifies before the change could not be measured', {
      jobId: run.journal.jobId,
      reason: messageOf(error),
    });
    return null;
  }
}

/** The plan with what it does to every known verdict of the host: predicted on the facts that were just read. */
export async function withConsequences(
  run: JobRun,
  remedy: OpenedRemedy,
  { plan, measured }: { readonly plan: JobPlan; readonly measured: Measurement },
): Promise<JobPlan> {
  try {
    const effect = await remedy.foresee?.();
    if (effect === undefined) return plan;
    const result = effect.on(measured.facts);
    const verdicts =
      result.kind === 'change'
        ? consequences(measured, measured.judge(result.facts, effect.certificates), measured.endpoints)
        : [];
    return { ...plan, verdicts: verdicts.slice(0, MAX_LINES), affected: plan.affected ?? affectedBy(plan) };
  } catch (error) {
    const reason = messageOf(error);
    run.log('warn', 'the consequences of a plan could not be worked out', {
      jobId: run.journal.jobId,
      reason,
    });
    return withRemark(plan, `What this does to the programs of this host could not be worked out: ${reason}`);
  }
}

function withRemark(plan: JobPlan, remark: string): JobPlan {
  return { ...plan, remarks: [...(plan.remarks ?? []), remark.slice(0, 2048)].slice(0, MAX_REMARKS) };
}

/** Accounts and services whose new programs see the change; empty where every program of the machine does. */
function affectedBy({ changes }: JobPlan): string[] {
  const owners = changes.map((change) =>
    change.kind === 'setVariable' && change.scope !== 'machine' ? change.owner : null,
  );
  return owners.some((owner) => owner === null)
    ? []
    : [...new Set(owners.filter((owner) => owner !== null))].toSorted();
}

/** Why the plan is not carried out: it would make verdicts worse, and nobody said that it may. Null when it is. */
export function whyWorse(run: JobRun, { verdicts = [] }: JobPlan): string | null {
  const worse: VerdictChange[] = verdicts.filter(isWorse);
  if (worse.length === 0 || run.accepted.order.allowWorse === true) return null;
  return fitDetail(
    `This would break what verifies today, so nothing was changed: ${changeWords(worse)} An order that allows it by name (allowWorse) is carried out.`,
  );
}
