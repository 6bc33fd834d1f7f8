import { describe, expect, it } from 'vitest';
import { windowsNetworkShare, windowsShare, type LinkReader } from './share.ts';

const reader = (targets: Readonly<Record<string, string>>): LinkReader & { readonly asked: string[] } => {
  const asked: string[] = [];
  return {
    asked,
    target(path) {
      asked.push(path);
      return Promise.resolve(targets[path] ?? null);
    },
  };
};
const LINKS = {
  'C:\\data': '\\\\nas\\data',
  'C:\\near': 'D:\\far',
  'D:\\far\\deep': '..\\up',
  'D:\\up': '\\\\?\\C:\\end',
  'C:\\here\\out': '..\\data',
  'C:\\uncs': '\\\\?\\UNC\\nas\\x',
  'C:\\ring': 'C:\\ring',
};

describe('windowsShare', () => {
  it.each([
    ['\\\\nas\\data\\ca.pem', 'share'],
    ['//nas/data', 'share'],
    ['\\\\?\\UNC\\nas\\data', 'share'],
    ['C:\\data\\ca.pem', 'share'],
    ['C:\\here\\out\\ca.pem', 'share'],
    ['C:\\uncs', 'share'],
    ['C:\\ring\\x', 'too many links'],
    ['C:\\Windows\\ca.pem', null],
    ['C:\\near\\ca.pem', null],
    ['C:/near/deep/ca.pem', null],
    ['relative', null],
  ])('%s: %s', async (path, share) => {
    expect(await windowsShare(path, reader(LINKS))).toBe(share);
  });

  it('touches nothing beyond the link that leads to a share', async () => {
    const links = reader(LINKS);

    await windowsShare('C:\\data\\deeper\\ca.pem', links);

    expect(links.asked).toEqual(['C:\\data']);
  });

  it.each([
    ['\\\\NAS\\Data\\py\\ca.pem', '\\\\NAS\\Data', '/py/ca.pem'],
    ['//nas/data', '\\\\nas\\data', '/'],
    ['\\\\?\\UNC\\nas\\data\\a', '\\\\nas\\data', '/a'],
    ['C:\\data\\deep\\ca.pem', '\\\\nas\\data', '/deep/ca.pem'],
    ['\\\\.\\pipe\\x', '', null],
    ['\\\\nas', '', null],
  ])('%s is exported as %s, below it %s', async (path, exported, below) => {
    expect(await windowsNetworkShare(path, reader(LINKS))).toEqual({
      ...{ type: 'share', export: exported, mount: null, path: below },
    });
  });
});
