import { sha256OfJson } from '@trustfleet/signing';
import type { CodeSection, SubjectEvidence } from '@trustfleet/protocol';
import { codeReportParameters, REMEDIES } from '@trustfleet/remedies';
import type { OpenedRemedy, RemedyCheck, RemedyExecutor, RemedyPlan } from '../remedy.ts';
import type { CodeAccess } from './ports.ts';

const remedy = REMEDIES['code.report'];

/**
 * `code.report`: a plan for people and no step. Where no code decides trust by itself the job ends `alreadyCompliant`; elsewhere `planned`,
 * or of an order to apply `notApplicable`, with the plan: this host changes nothing, and the code stays as it is until its owner changes it.
 */
export function createCodeReport(access: CodeAccess): RemedyExecutor {
  return {
    name: remedy.name,
    class: remedy.class,
    open(order) {
      const parsed = codeReportParameters.safeParse(order.parameters);
      return parsed.success
        ? opened(access)
        : {
            state: 'incompatible',
            detail: `This agent does not understand the parameters of ${remedy.name}: ${parsed.error.issues[0]?.message ?? ''}`,
          };
    },
  };
}

function opened(access: CodeAccess): OpenedRemedy {
  return {
    effective: 'appRestart',
    plan: () => makePlan(access),
    settled: () => Promise.resolve(),
    check: async () => checkOf(await access.code()),
    // Nothing is ever done, so there is nothing to take back.
    undo: () => [],
    reverse: () => ({ ...opened(access), plan: () => Promise.resolve<RemedyPlan>({ kind: 'none' }) }),
  };
}

async function makePlan(access: CodeAccess): Promise<RemedyPlan> {
  const code = await access.code();
  const result = remedy.effect(code === null ? {} : { code }, {}, undefined);
  if (result.kind !== 'change') return result;
  const { changes, remark } = result;
  const reason = remark ?? 'Code belongs to those who write it.';
  return { kind: 'proposed', plan: { changes, remarks: [reason] }, reason };
}

function checkOf(code: CodeSection | null): RemedyCheck {
  if (code === null) return { holds: null, detail: "This host's code was not read.", evidence: null };
  const { findings } = code;
  const holds = findings.length === 0;
  const evidence: SubjectEvidence = {
    ...{ subject: 'code', name: 'code that decides trust by itself', holds },
    state: `places: ${findings.length}, files read: ${code.files}`,
    sha256: sha256OfJson(findings.map(({ path, line, rule, text }) => [path, line, rule, text])),
  };
  return {
    holds,
    detail: holds ? null : `Code decides trust by itself, so often: ${findings.length} times.`,
    evidence,
  };
}
