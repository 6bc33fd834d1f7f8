import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { mountTypeOf, networkMount, networkShare, parseMountInfo } from './mounts.ts';
import { makePlace } from './testing/place.ts';

const place = makePlace();
afterAll(() => {
  place.remove();
});

const TABLE = [
  '22 1 0:21 / / rw shared:1 - nfs4 server:/root rw',
  '23 22 0:30 / /home rw shared:2 - autofs systemd-1 rw',
  '24 23 0:31 / /home/alice rw shared:3 master:4 - ext4 /dev/sdb1 rw',
  `25 22 0:32 / ${place.path}/my\\040share rw - cifs //nas/x rw`,
  `26 22 0:33 / ${place.path}/stick rw - fuseblk /dev/sdc1 rw`,
  `27 22 0:34 / ${place.path}/over rw - nfs a:/b rw`,
  `28 22 0:35 / ${place.path}/over rw - tmpfs tmpfs rw`,
  'not a mount line',
].join('\n');

describe('the mount table', () => {
  const mounts = parseMountInfo(TABLE);

  it.each([
    ['/etc/passwd', null],
    ['/home', 'autofs'],
    ['/home/bob/x', 'autofs'],
    ['/home/alice/x', 'ext4'],
    ['/home/alice2', 'autofs'],
    [`${place.path}/my share/file`, 'cifs'],
    [`${place.path}/over/file`, 'tmpfs'],
  ])('%s lies on %s', (path, type) => {
    expect(mountTypeOf(mounts, path)).toBe(type);
  });

  it('finds a share at the end of links, whether or not it answers', () => {
    mkdirSync(join(place.path, 'local/deep'), { recursive: true });
    symlinkSync('../my share/studio', join(place.path, 'local/studio'));
    symlinkSync(join(place.path, 'local'), join(place.path, 'hop'));
    symlinkSync('circle', join(place.path, 'circle'));
    expect(networkMount(join(place.path, 'hop/studio/ca.pem'), mounts)).toBe('cifs');
    expect(networkMount(join(place.path, 'local/deep/ca.pem'), mounts)).toBeNull();
    expect(networkMount(join(place.path, 'stick/ca.pem'), mounts)).toBeNull();
    expect(networkMount(join(place.path, 'circle/ca.pem'), mounts)).toBeNull();
    expect(networkMount('/home/bob', mounts)).toBe('autofs');
    expect(networkShare(join(place.path, 'hop/studio/ca.pem'), mounts)).toEqual({
      type: 'cifs',
      export: '//nas/x',
      mount: `${place.path}/my share`,
      path: '/studio/ca.pem',
    });
    expect(networkShare(join(place.path, 'my share'), mounts)).toMatchObject({ path: '/' });
    expect(networkShare(join(place.path, 'my share/a/../b'), mounts)).toMatchObject({ path: '/b' });
  });
});
