import type { Remedy } from '../types.ts';
import { trustRepairEffect, type RepairContext } from './effect.ts';
import { trustRepairParameters, type TrustRepairParameters } from './schema.ts';

/** The smallest set of the other remedies, out of a closed list, that makes its targets verify. */
export const trustRepair: Remedy<TrustRepairParameters, RepairContext, undefined> = {
  name: 'trust.repair',
  class: 'trust',
  parameters: trustRepairParameters,
  artifacts: ({ choices: { anchors, bundle, packages, api } }) => [
    ...anchors,
    ...(bundle === null ? [] : [bundle.bundle]),
    ...packages.flatMap(({ source }) =>
      source.kind === 'wheels' ? source.wheels.map(({ sha256 }) => sha256) : [],
    ),
    ...(api === null ? [] : [api.wheel]),
  ],
  title: ({ targets }) => (targets.length === 0 ? 'all that fails' : `${targets.length} targets`),
  effect: trustRepairEffect,
  undoEffect: () => ({
    kind: 'blocked',
    reason: 'Each part is taken back by its own remedy, the last one first.',
  }),
};
