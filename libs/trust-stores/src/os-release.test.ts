import { describe, expect, it } from 'vitest';
import { parseOsRelease } from './os-release.ts';

describe('parseOsRelease', () => {
  it.each([
    ['ID=debian', { ID: 'debian' }],
    [
      'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n',
      { PRETTY_NAME: 'Debian GNU/Linux 12 (bookworm)', ID: 'debian' },
    ],
    [
      'NAME=\'Rocky Linux\'\r\nID_LIKE="rhel centos fedora"\r\n',
      { NAME: 'Rocky Linux', ID_LIKE: 'rhel centos fedora' },
    ],
    ['NAME="A \\"quoted\\" \\$name"', { NAME: 'A "quoted" $name' }],
    ['# ID=no\n\nnonsense\n=x\nid=lower', {}],
    ['ID=', { ID: '' }],
  ])('%j', (text, expected) => {
    expect(Object.fromEntries(parseOsRelease(text))).toEqual(expected);
  });
});
