import { variable, type Inquiry } from './inquiry.ts';
import type { Found } from './search.ts';
import { step, type StepReason } from './step.ts';

/** Says of variables that are set, and that people expect to count here, that they do not. */
export function passedBy(
  inquiry: Inquiry,
  names: readonly string[],
  { found: { steps, end }, reason }: { readonly found: Found; readonly reason: StepReason },
): Found {
  const ignored = names
    .map((name) => variable(inquiry, name))
    .filter(({ value }) => value !== null)
    .map((at) => step(at, 'ignored', reason));
  return { steps: [...ignored, ...steps], end };
}
