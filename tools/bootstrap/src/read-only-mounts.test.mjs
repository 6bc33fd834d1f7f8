import { describe, expect, it } from 'vitest';
import { mountsToSeal, parseMounts } from './read-only-mounts.mjs';

const MOUNTINFO = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
28 27 0:25 / /mnt/with\\040blank rw,nosuid,nodev,relatime shared:1 - nfs4 server:/share rw
29 27 0:26 / /media/disc ro,relatime - iso9660 /dev/sr0 ro
30 27 0:27 / /etc rw,relatime - overlay overlay rw,lowerdir=/etc
31 27 254:0 /data/x /data/x rw,relatime - ext4 /dev/vda rw
32 31 0:28 / /data/x/inner rw,relatime - tmpfs tmpfs rw
33 27 0:29 / /data/xy rw,noexec - tmpfs tmpfs rw
`;

describe('mounts that are sealed', () => {
  it('are all but the kernel’s own, those that are read-only already, and those that may be written', () => {
    expect(mountsToSeal(parseMounts(MOUNTINFO), ['/etc', '/data/x'])).toEqual([
      { target: '/', options: 'remount,bind,ro,relatime' },
      { target: '/mnt/with blank', options: 'remount,bind,ro,nosuid,nodev,relatime' },
      { target: '/data/xy', options: 'remount,bind,ro,noexec' },
    ]);
  });
});
