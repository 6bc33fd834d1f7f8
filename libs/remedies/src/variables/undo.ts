import type { HostFacts } from '@trustfleet/policy';
import type { PlanChange } from '@trustfleet/protocol';
import type { UndoEffect } from '../types.ts';
import type { VariableUndoContext } from './context.ts';
import type { Subject } from './place.ts';

const say = (value: string | null): string => (value === null ? 'not set' : value);

/**
 * Takes back what a run did to one variable, while the place still says what the run left; what else stands in that file is somebody's own
 * and stays. A value that somebody changed since is theirs: nothing is done then.
 */
export function undoVariable(
  _facts: HostFacts,
  subject: Subject,
  { left, reload }: VariableUndoContext,
): UndoEffect {
  const { name, owner = null, scope } = subject;
  const foreign = left.find(({ now, previous, written }) => now !== written && now !== previous);
  if (foreign !== undefined)
    return {
      kind: 'blocked',
      reason: `${name} in ${foreign.source} is ${say(foreign.now)} now; that job left it ${say(foreign.written)}, and before it was ${say(foreign.previous)}. Somebody changed it since, so it is left as it is: change it there by hand if it is not wanted.`,
    };
  const changes = left
    .filter(({ now, previous }) => now !== previous)
    .map(({ now, previous, source }): PlanChange => {
      return { kind: 'setVariable', name, scope, owner, value: previous, previous: now, source };
    });
  if (changes.length === 0) return { kind: 'none' };
  const tool: PlanChange[] = reload ? [{ kind: 'runTool', argv: ['systemctl', 'daemon-reload'] }] : [];
  return { kind: 'change', changes: [...changes, ...tool] };
}
