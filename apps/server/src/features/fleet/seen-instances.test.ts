import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCloned, withInstance } from './seen-instances.ts';

const NONE = { instances: [], returns: 0 };
/** One letter is one run. */
const after = (hellos: readonly string[]) => hellos.reduce(withInstance, NONE);

describe('runs of one key', () => {
  it.each([
    { name: 'one run', hellos: 'A', returns: 0 },
    { name: 'a network that flaps', hellos: 'AAAAAAAA', returns: 0 },
    { name: 'restarts and reboots', hellos: 'ABCDEFGHIJKLMNOP', returns: 0 },
    { name: 'restarts on a network that flaps', hellos: 'AABBBCCD', returns: 0 },
    { name: 'a machine set back once', hellos: 'ABA', returns: 1 },
    { name: 'a machine set back once, then used on', hellos: 'ABAACCD', returns: 1 },
    { name: 'two machines', hellos: 'ABAB', returns: 2 },
    { name: 'two machines, one of which restarts', hellos: 'ABACA', returns: 2 },
    { name: 'three machines', hellos: 'ABCABC', returns: 3 },
  ])('$name: $hellos', ({ hellos, returns }) => {
    const seen = after(hellos.split(''));

    expect(seen.returns).toBe(returns);
    expect(isCloned(seen)).toBe(returns >= 2);
    expect(seen.instances.at(-1)).toBe(hellos.at(-1));
  });

  it('any hellos: at most 8 runs are kept, each once, the newest last', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }).map(String), { minLength: 1 }), (hellos) => {
        const { instances } = after(hellos);

        expect(instances.length).toBeLessThanOrEqual(8);
        expect(new Set(instances).size).toBe(instances.length);
        expect(instances.at(-1)).toBe(hellos.at(-1));
      }),
    );
  });

  it('one machine alone, however often it restarts and reconnects, is never cloned', () => {
    const restarts = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 30 });
    fc.assert(
      fc.property(restarts, (connects) => {
        const hellos = connects.flatMap((times, run) => Array.from({ length: times }, () => `run ${run}`));

        expect(after(hellos).returns).toBe(0);
      }),
    );
  });
});
