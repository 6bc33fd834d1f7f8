import { describe, expect, it } from 'vitest';
import { allowListPath } from './allow-list-path.ts';

describe('allowListPath', () => {
  it.each([
    [
      'This host only observes: /srv/agent/allow list.json does not exist. To permit this remedy, its owner creates that file',
      '/srv/agent/allow list.json',
    ],
    [
      'The allow-list /etc/trustfleet/allow-list.json does not permit trustStore.addAnchor. To permit it, its owner changes',
      '/etc/trustfleet/allow-list.json',
    ],
    ['This host only observes, because its allow-list is not accepted: it is not JSON', null],
    ['disk full', null],
    [null, null],
  ])('of %j is %j', (detail, path) => {
    expect(allowListPath(detail)).toBe(path);
  });
});
