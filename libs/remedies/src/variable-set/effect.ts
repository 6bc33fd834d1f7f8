import type { HostFacts } from '@trustfleet/policy';
import { UNION_BUNDLE_PATHS } from '../bundle-deploy/schema.ts';
import type { RemedyEffect } from '../types.ts';
import { changeOf, notApplicable, standingAt, type Wish } from '../variables/change.ts';
import type { VariableContext } from '../variables/context.ts';
import { effectiveIn } from '../variables/effective.ts';
import { unwritable } from '../variables/formats/quotes.ts';
import { whyIgnored } from '../variables/ignored.ts';
import { placeOf } from '../variables/place.ts';
import { assignedIn, withAssigned } from '../variables/predict.ts';
import { proposals } from '../variables/propose.ts';
import type { VariableSetParameters } from '../variables/schema.ts';
import { bundleAt, valueProblem } from '../variables/value-problem.ts';

/** The path that the parameters mean on that platform. */
export const pathWanted = (
  { value }: Pick<VariableSetParameters, 'value'>,
  platform: VariableContext['platform'],
): string => (value.kind === 'path' ? value.path : UNION_BUNDLE_PATHS[platform]);

/**
 * Lets one variable name a file, in the one place that new programs of its scope read. Refuses where the file would not do, where no program
 * looks at the variable, and leaves to others what others write.
 */
export function setVariableEffect(
  facts: HostFacts,
  parameters: VariableSetParameters,
  context: VariableContext,
): RemedyEffect {
  const { platform } = context;
  const value = pathWanted(parameters, platform);
  if (value.startsWith('/') === (platform === 'windows'))
    return notApplicable(`${value} is no path of this system (${platform}).`);
  const place = placeOf(parameters, context);
  if (place.kind === 'none') return notApplicable(place.reason);
  const wish: Wish = { facts, subject: parameters, value, context, place };
  const elsewhere = decidedElsewhere(wish, value);
  if (elsewhere.length === 0 && standingAt(wish) === value) return { kind: 'none' };
  const hindrance = whyNot(wish, value);
  return hindrance === null ? changeOf(wish, elsewhere) : notApplicable(hindrance);
}

function whyNot({ context, facts, place, subject }: Wish, value: string): string | null {
  const bundle = bundleAt(facts, value, context.host?.value ?? null);
  const problem = bundle === null ? null : valueProblem(subject.name, value, bundle);
  return (place.kind === 'file' ? unwritable(value) : null) ?? problem ?? whyIgnored(facts, subject.name);
}

/** Lines for the files that are read after our place and say something else. */
function decidedElsewhere({ context, facts, place, subject }: Wish, value: string) {
  if (place.kind === 'launchd') return [];
  const { source } = place;
  const after = withAssigned(facts, { ...subject, source, value }, null);
  const effective = effectiveIn(after, subject, context.platform);
  if (effective === null || effective.value === value) return [];
  const others = assignedIn(after, subject).filter(
    (variable) => variable.source !== source && variable.value !== value,
  );
  // Every one of them that would decide once the one before it is mended.
  const later = others.filter((variable) => {
    const alone = { ...after, variables: { variables: [...ofPlace(after, subject, source), variable] } };
    return effectiveIn(alone, subject, context.platform)?.value !== value;
  });
  return proposals(later, value, context);
}

const ofPlace = (facts: HostFacts, subject: Wish['subject'], source: string) =>
  assignedIn(facts, subject).filter((variable) => variable.source === source);
