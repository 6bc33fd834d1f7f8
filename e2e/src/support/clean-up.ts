import { afterAll } from 'vitest';

type Step = () => unknown;

/** A function to add steps that run after the file's tests in reverse order: only for what was really started. */
export function cleanUpAfterAll(): (step: Step) => void {
  const steps: Step[] = [];
  afterAll(async () => {
    for (const step of steps.reverse()) await step();
  });
  return (step) => steps.push(step);
}
