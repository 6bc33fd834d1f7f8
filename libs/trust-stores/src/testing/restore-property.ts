import fc from 'fast-check';
import { expect } from 'vitest';
import type { StoreHandle, StoreSnapshot } from '../types.ts';

/** A store of a test's own that is changed in every way the driver's users know. */
export interface RestoreSubject {
  readonly handle: StoreHandle;
  /**
   * Each changes the store, by the handle (add, remove, entries) or behind its back (hand-made files, deselections, certutil, keytool).
   * `choice` is any natural number: take what the operation needs from it. An operation that does not fit the present state does nothing.
   * A promise is awaited, its value is nobody's.
   */
  readonly operations: Readonly<Record<string, (choice: number) => unknown>>;
  /**
   * What has to be equal after a restore: bytes of files where we write them, the anchors and their trust where the system makes the
   * files anew. Plain values.
   */
  contents(): Promise<unknown>;
  dispose(): Promise<void> | void;
}

export interface RestoreRuns<Subject extends RestoreSubject> {
  /** Default 10. */
  readonly runs?: number;
  /** Operations before the snapshot and after it, each at most. Default 4. */
  readonly operations?: number;
  /** Before a snapshot: makes the store what its tools make of its sources, and takes away what no snapshot keeps. Default: nothing. */
  settle?(subject: Subject): Promise<void>;
}

/**
 * The property of every driver: whatever happens between a snapshot (which may lie in a journal as JSON) and its restore, the contents
 * are equal afterwards; done twice as well as once. Fails with the shortest list of operations.
 */
export async function expectRestores<Subject extends RestoreSubject>(
  make: () => Promise<Subject>,
  options: RestoreRuns<Subject> = {},
): Promise<void> {
  const probe = await make();
  const names = Object.keys(probe.operations);
  await probe.dispose();
  const step = fc.record({ operation: fc.constantFrom(...names), choice: fc.nat(1000) });
  const steps = fc.array(step, { maxLength: options.operations ?? 4 });
  await fc.assert(
    fc.asyncProperty(steps, steps, async (before, after) => {
      const subject = await make();
      try {
        await apply(subject, before);
        await options.settle?.(subject);
        await expectRestored(subject, () => apply(subject, after));
      } finally {
        await subject.dispose();
      }
    }),
    { numRuns: options.runs ?? 10 },
  );
}

async function expectRestored(subject: RestoreSubject, work: () => Promise<void>): Promise<void> {
  const { handle } = subject;
  const wanted = await subject.contents();
  const snapshot = JSON.parse(JSON.stringify(await handle.snapshot())) as StoreSnapshot;
  expect(snapshot).toMatchObject({ format: 1, id: handle.id });
  await work();
  for (const time of ['once', 'twice']) {
    const change = await handle.restore(snapshot);
    expect(change, time).toMatchObject({ state: 'done' });
    expect(await subject.contents(), time).toEqual(wanted);
  }
  expect(await handle.snapshot()).toEqual(snapshot);
}

async function apply(
  subject: RestoreSubject,
  steps: readonly { readonly operation: string; readonly choice: number }[],
): Promise<void> {
  for (const { operation, choice } of steps) await subject.operations[operation]?.(choice);
}
