import type { HostFacts } from '@trustfleet/policy';
import { addedLine } from '../anchor-stores/plan-lines.ts';
import type { AnchorParameters } from '../anchor-stores/schema.ts';
import { isIn } from '../anchor-stores/target.ts';
import { undoRun } from '../anchor-stores/undo.ts';
import type { AnchorUndoContext } from '../anchor-stores/context.ts';
import type { UndoEffect } from '../types.ts';

/** Takes a removal back: the certificate stands where it stood, and programs trust it again as they did. */
export function undoRemoveAnchorEffect(
  facts: HostFacts,
  parameters: AnchorParameters,
  context: AnchorUndoContext,
): UndoEffect {
  return undoRun(facts, parameters, {
    context,
    undoing: {
      remains: (store) => !isIn(store, parameters.anchor),
      line: (store) => addedLine(store, context.certificate),
    },
  });
}
