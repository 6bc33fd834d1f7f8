import type { HostFacts } from '@trustfleet/policy';
import type { RemedyEffect } from '../types.ts';
import { changeOf, notApplicable, type Wish } from '../variables/change.ts';
import type { VariableContext } from '../variables/context.ts';
import { placeOf } from '../variables/place.ts';
import { assignedIn } from '../variables/predict.ts';
import { proposals } from '../variables/propose.ts';
import type { VariableUnsetParameters } from '../variables/schema.ts';

/** Takes one variable away from where new programs of its scope read it. Where a start-up file or a launcher sets it, whoever owns that has to. */
export function unsetVariableEffect(
  facts: HostFacts,
  parameters: VariableUnsetParameters,
  context: VariableContext,
): RemedyEffect {
  const place = placeOf(parameters, context);
  if (place.kind === 'none') return notApplicable(place.reason);
  const assigned = assignedIn(facts, parameters);
  if (assigned.length === 0) return { kind: 'none' };
  const wish: Wish = { facts, subject: parameters, value: null, context, place };
  const others = assigned.filter(({ source }) => source !== place.source);
  return changeOf(wish, place.kind === 'launchd' ? [] : proposals(others, null, context));
}
