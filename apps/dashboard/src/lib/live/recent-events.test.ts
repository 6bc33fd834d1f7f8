import { describe, expect, it } from 'vitest';
import { createRecentEvents } from './recent-events.ts';

describe('recent events', () => {
  it('concern what begins with a key that they made stale, for a while', () => {
    let now = 0;
    const recent = createRecentEvents(() => now);
    recent.note([['order', '1'], ['jobs']]);

    expect(recent.concern(['order', '1'])).toBe(true);
    expect(recent.concern(['jobs', { page: 2 }])).toBe(true);
    expect(recent.concern(['order', '2'])).toBe(false);
    now = 14_999;
    expect(recent.concern(['order', '1'])).toBe(true);
    now = 15_000;
    expect(recent.concern(['order', '1'])).toBe(false);
  });

  it('after a gap concern everything', () => {
    const recent = createRecentEvents(() => 0);
    recent.note([[]]);

    expect(recent.concern(['host', '1'])).toBe(true);
  });
});
