import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createCallGate } from './call-gate.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const LIMIT = 10_000;
const never = (): Promise<never> => new Promise(() => undefined);

/** Its rejection as text, once the limit has passed. */
async function stuck(gate: ReturnType<typeof createCallGate>, what: string, call = never): Promise<string> {
  const text = gate.run(what, call).then(String, String);
  await vi.advanceTimersByTimeAsync(LIMIT);
  return await text;
}

it('makes one call after the other, whatever becomes of the one before', async () => {
  const gate = createCallGate();
  const order: string[] = [];
  const call = (name: string, fails = false) =>
    gate.run(name, async () => {
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
      if (fails) throw new Error(`${name} failed`);
      return name;
    });

  const [first, second, third] = await Promise.allSettled([call('a'), call('b', true), call('c')]);

  expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect([first, third]).toMatchObject([{ value: 'a' }, { value: 'c' }]);
  expect(second).toMatchObject({ reason: new Error('b failed') });
});

it('gives up a call that does not answer, goes on with others, and does not try it again', async () => {
  const onStuck = vi.fn();
  const gate = createCallGate({ onStuck });

  expect(await stuck(gate, 'Opening X')).toBe('SystemCallError: Opening X did not answer within 10 s');

  expect(await gate.run('Opening Y', () => Promise.resolve(7))).toBe(7);
  const again = vi.fn(() => Promise.resolve());
  await expect(gate.run('Opening X', again)).rejects.toThrow(/Opening X was not tried.*still does not/);
  expect(again).not.toHaveBeenCalled();
  expect(onStuck).toHaveBeenCalledTimes(1);
});

it('leaves two of the four threads alone: after two that are stuck nothing is called any more', async () => {
  const onStuck = vi.fn();
  const gate = createCallGate({ onStuck });
  await stuck(gate, 'Opening X');
  await stuck(gate, 'Opening Y');

  const call = vi.fn(() => Promise.resolve());
  await expect(gate.run('Opening Z', call)).rejects.toThrow(/Opening X and Opening Y did not answer/);
  expect(call).not.toHaveBeenCalled();
  expect(onStuck).toHaveBeenCalledTimes(1);
});

it('hands over what answers after all, and is open again', async () => {
  const gate = createCallGate();
  const late = vi.fn();
  let answer: (value: number) => void = () => undefined;
  const given = gate
    .run('Opening X', () => new Promise<number>((resolve) => (answer = resolve)), late)
    .catch(String);
  await vi.advanceTimersByTimeAsync(LIMIT);
  expect(await given).toContain('did not answer');
  expect(late).not.toHaveBeenCalled();

  answer(42);
  await vi.advanceTimersByTimeAsync(0);

  expect(late).toHaveBeenCalledExactlyOnceWith(42);
  expect(await gate.run('Opening X', () => Promise.resolve(43), late)).toBe(43);
  expect(late).toHaveBeenCalledTimes(1);
});

it('lets only so many wait', async () => {
  const gate = createCallGate();
  const all = Array.from({ length: 257 }, (_, index) =>
    gate.run(`call ${String(index)}`, () => Promise.resolve(index)).catch(String),
  );

  expect((await Promise.all(all)).at(-1)).toContain('256 calls wait already');
  expect(await gate.run('later', () => Promise.resolve('done'))).toBe('done');
});
