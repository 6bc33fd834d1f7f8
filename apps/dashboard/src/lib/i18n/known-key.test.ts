import { describe, expect, it } from 'vitest';
import { knownKey } from './known-key.ts';

describe('knownKey', () => {
  it.each(['constructor', '__proto__', 'toString', 'a.b', '', 'hasOwnProperty'])(
    '%j is no key of the catalogue',
    (name) => {
      expect(knownKey({ a: { b: 'text' } }, name)).toBeNull();
    },
  );

  it('a name that is there is one', () => {
    expect(knownKey({ plan: 'Work out the plan' }, 'plan')).toBe('plan');
  });
});
