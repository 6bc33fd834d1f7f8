import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { uuidV7 } from './uuid-v7.ts';

describe('uuidV7', () => {
  it('is a version 7 UUID that sorts by time and never repeats', () => {
    const ids = [1, 2, 3].map((second) => uuidV7(new Date(1_800_000_000_000 + second * 1000)));

    for (const id of ids) expect(z.uuidv7().safeParse(id).success).toBe(true);
    expect([...ids].sort()).toEqual(ids);
    expect(uuidV7(new Date(0))).not.toBe(uuidV7(new Date(0)));
  });
});
