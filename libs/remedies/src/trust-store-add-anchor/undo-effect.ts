import type { HostFacts } from '@trustfleet/policy';
import { removedLine } from '../anchor-stores/plan-lines.ts';
import type { AnchorParameters } from '../anchor-stores/schema.ts';
import { otherHolders, undoRun } from '../anchor-stores/undo.ts';
import type { AnchorUndoContext } from '../anchor-stores/context.ts';
import type { UndoEffect } from '../types.ts';

/** Takes an addition back. Where something else brings the same anchor, the store keeps it: the run did not put that one there. */
export function undoAddAnchorEffect(
  facts: HostFacts,
  parameters: AnchorParameters,
  context: AnchorUndoContext,
): UndoEffect {
  const { certificate, files } = context;
  const own = files.map(({ path }) => path);
  return undoRun(facts, parameters, {
    context,
    undoing: {
      remains: (store) =>
        store.bundle.anchors.includes(parameters.anchor) &&
        otherHolders(store, { anchor: parameters.anchor, own }).length === 0,
      line: (store) => removedLine(store, certificate),
    },
  });
}
