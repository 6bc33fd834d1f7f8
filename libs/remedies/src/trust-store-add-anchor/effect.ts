import type { HostFacts } from '@trustfleet/policy';
import type { RemedyContext, RemedyEffect } from '../types.ts';
import type { AddAnchorParameters } from './schema.ts';

export function addAnchorEffect(facts: HostFacts, parameters: AddAnchorParameters, context: RemedyContext): RemedyEffect {
  throw new Error(`in work: ${Object.keys(facts).join()} ${parameters.anchor} ${context.certificate.sha256}`);
}
