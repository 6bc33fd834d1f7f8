import { z } from 'zod';
import { hostPath, shortText } from '../primitives.ts';

/** Something a collector could not look at, so that an absent fact is not mistaken for a good one. */
export const collectorProblem = z.looseObject({ path: hostPath, reason: shortText });
export type CollectorProblem = z.infer<typeof collectorProblem>;
