import type { HostFacts } from '@trustfleet/policy';
import type { CodeFinding, PlanChange } from '@trustfleet/protocol';
import type { RemedyEffect } from '../types.ts';
import { codePatch } from './patch.ts';

/** Lines that a plan has room for (`jobPlan.changes`). */
const MOST_LINES = 200;

const proposal = (finding: CodeFinding): PlanChange => ({
  ...{ kind: 'propose', path: finding.path, owner: 'code' },
  ...{ line: finding.line, patch: codePatch(finding) },
});

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;

/**
 * Every place of the host's code that decides trust by itself, each with a patch. Nothing is edited: code belongs to those who write it,
 * and lies in their repository rather than on the workstation.
 */
export function codeReportEffect(facts: HostFacts): RemedyEffect {
  const { code } = facts;
  if (code === undefined)
    return {
      kind: 'notApplicable',
      reason: "The agent did not read this host's code: nothing can be said of it.",
    };
  const { findings } = code;
  if (findings.length === 0) return { kind: 'none' };
  const files = new Set(findings.map(({ path }) => path)).size;
  const more = findings.length - MOST_LINES;
  return {
    kind: 'change',
    facts,
    changes: findings.slice(0, MOST_LINES).map(proposal),
    remark: `Code decides about trust by itself in ${count(findings.length, 'place')} of ${count(files, 'file')}. Nothing is edited here: each line has a patch for whoever owns that code.${more > 0 ? ` ${count(more, 'place')} more ${more === 1 ? 'stands' : 'stand'} in the inventory.` : ''}`,
  };
}
