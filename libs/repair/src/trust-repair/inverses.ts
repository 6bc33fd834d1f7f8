import { z } from 'zod';
import type { RemedyStep, UndoStep } from '../remedy.ts';
import { openPart, type OpenedPart, type PlannedPart, type RepairOrder } from './parts.ts';

/** The inverse of one step, with the part that it belongs to; kept in the journal. */
const partInverse = z.looseObject({
  kind: z.literal('part'),
  /** Place among the chosen parts. */
  part: z.int().nonnegative(),
  remedy: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  inverse: z.unknown(),
});

/** A step whose inverse says whose it is. */
export function stepOfPart(step: RemedyStep, at: { readonly part: number } & PlannedPart): RemedyStep {
  const { part, remedy, parameters } = at;
  return {
    name: step.name,
    inverse: async () => ({ kind: 'part', part, remedy, parameters, inverse: await step.inverse() }),
    run: (signal) => step.run(signal),
  };
}

export interface BegunPart extends OpenedPart {
  /** Of its steps that began, oldest first. */
  readonly inverses: readonly unknown[];
}

/** The parts that began, in the order in which they did. Throws where one of them cannot be opened any more. */
export function begunParts(order: RepairOrder, inverses: readonly unknown[]): BegunPart[] {
  const begun = new Map<number, { readonly planned: PlannedPart; readonly inverses: unknown[] }>();
  for (const given of inverses) {
    const { part, remedy, parameters, inverse } = partInverse.parse(given);
    const known = begun.get(part) ?? { planned: { remedy, parameters }, inverses: [] };
    known.inverses.push(inverse);
    begun.set(part, known);
  }
  return [...begun]
    .toSorted(([a], [b]) => a - b)
    .map(([, { planned, inverses: own }]) => {
      const opened = openPart(order, planned);
      if ('state' in opened) throw new Error(`${planned.remedy} cannot be taken back: ${opened.detail}`);
      return { ...opened, inverses: own };
    });
}

/** The last part goes first. */
export function undoParts(order: RepairOrder, inverses: readonly unknown[]): UndoStep[] {
  return begunParts(order, inverses)
    .toReversed()
    .flatMap(({ opened, inverses: own }) => opened.undo(own));
}
