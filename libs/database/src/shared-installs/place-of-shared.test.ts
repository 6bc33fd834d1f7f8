import type { SharedFrom } from '@trustfleet/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeOfShared } from './place-of-shared.ts';

const place = (type: string, source: string, path = '/tools/a.py') =>
  placeOfShared({ type, export: source, path });
const text = (...of: Parameters<typeof place>) => {
  const found = place(...of);
  return found === null ? null : `${found.source}${found.path}`;
};

describe('placeOfShared', () => {
  it.each<[[string, string, string], string]>([
    [['nfs4', 'nas:/vol', '/tools/a.py'], 'nas:/vol/tools/a.py'],
    [['nfs', 'NAS.:/vol/', '/tools/a.py'], 'nas:/vol/tools/a.py'],
    [['nfs4', 'nas:/vol/tools', '/a.py'], 'nas:/vol/tools/a.py'],
    [['nfs4', 'nas:/', '/vol/tools/a.py'], 'nas:/vol/tools/a.py'],
    [['nfs4', 'nas:/vol', '/Tools/a.py'], 'nas:/vol/Tools/a.py'],
    [['nfs4', '[2001:DB8::1]:/vol', '/x'], '2001:db8::1:/vol/x'],
    [['ceph', '10.0.0.1:6789,10.0.0.2:6789:/fs', '/x'], '10.0.0.1:6789,10.0.0.2:6789:/fs/x'],
    [['cifs', '//nas/Tools', '/Py/a.py'], '//nas/tools/py/a.py'],
    [['cifs', '//NAS/tools/Py', '/a.py'], '//nas/tools/py/a.py'],
    [['smb3', '//nas/tools', '/'], '//nas/tools/'],
    [['share', '\\\\NAS\\Tools', '/Py/a.py'], '//nas/tools/py/a.py'],
    [['cifs', '//nas/공유', '/도구/a.py'], '//nas/공유/도구/a.py'],
    [['cifs', '//nas/공유'.normalize('NFD'), '/도구/a.py'.normalize('NFD')], '//nas/공유/도구/a.py'],
  ])('%j is %s', (given, expected) => {
    expect(text(...given)).toBe(expected);
  });

  it.each([
    ['another site has a machine of the same short name', 'nas.berlin.test:/v', 'nas.seoul.test:/v'],
    ['an address', 'nas:/v', '10.0.0.1:/v'],
    ['another export', 'nas:/v', 'nas:/w'],
  ])('tells apart: %s', (_name, one, other) => {
    expect(text('nfs4', one)).not.toBe(text('nfs4', other));
  });

  it('takes NFS and SMB of one server for two exports, and gives them one server', () => {
    const [nfs, smb] = [place('nfs4', 'nas.studio.test:/tools'), place('cifs', '//NAS/tools')];

    expect(nfs?.source).not.toBe(smb?.source);
    expect([nfs?.server, smb?.server]).toEqual(['nas', 'nas']);
    expect(place('nfs4', '10.0.0.1:/v')?.server).toBe('10.0.0.1');
    expect(place('fuse.sshfs', 'anna@Nas.studio.test:/v')?.server).toBe('nas');
  });

  it.each([
    ['9p', 'C:\\'],
    ['9p', 'hostshare'],
    ['virtiofs', 'tag'],
    ['autofs', '/etc/auto.nas'],
    ['nfs4', 'localhost:/v'],
    ['nfs4', '127.0.0.1:/v'],
    ['nfs4', '[::1]:/v'],
    ['cifs', '//localhost/v'],
    ['beegfs', 'beegfs_nodev'],
    ['share', ''],
    ['cifs', '//nas'],
  ])('says nothing of %s %s, whose name means something on one machine only', (type, source) => {
    expect(place(type, source)).toBeNull();
  });

  it('says nothing where the path below the export is not known', () => {
    expect(placeOfShared({ type: 'nfs4', export: 'nas:/v' })).toBeNull();
  });

  it('for any export and path: throws nothing, and where it is mounted does not matter', () => {
    const part = fc
      .stringMatching(/^[A-Za-z가-힣 .-]{1,8}$/)
      .filter((one) => one.trim() === one && !/^\.+$/.test(one));
    fc.assert(
      fc.property(fc.array(part, { minLength: 2, maxLength: 6 }), fc.nat(6), (parts, cut) => {
        const at = Math.min(cut, parts.length);
        const shared = (depth: number): SharedFrom => ({
          ...{ type: 'nfs4', export: `nas:/${parts.slice(0, depth).join('/')}` },
          path: `/${parts.slice(depth).join('/')}`,
        });
        expect(placeOfShared(shared(at))).toEqual(placeOfShared(shared(0)));
      }),
    );
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (type, source, path) => {
        placeOfShared({ type, export: source, path });
      }),
    );
  });
});
