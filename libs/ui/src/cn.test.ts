import { expect, it } from 'vitest';
import { cn } from './cn.ts';

it('lets the later of two classes for one property win', () => {
  expect(cn('h-9 px-2', null, 'h-7')).toBe('px-2 h-7');
});
