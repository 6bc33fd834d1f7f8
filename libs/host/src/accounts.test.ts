import { describe, expect, it } from 'vitest';
import { parsePasswd } from './accounts.ts';

describe('parsePasswd', () => {
  it('tells people from services', () => {
    const lines = [
      'root:x:0:0:root:/root:/bin/bash',
      'zoe:x:1001:1001::/home/zoe:/bin/zsh',
      'www:x:33:33::/var/www:/usr/sbin/nologin',
      'nobody:x:65534:65534::/nonexistent:/bin/sh',
      'kiosk:x:1002:1002::/home/kiosk:/bin/false',
      'nohome:x:1003:1003::/:/bin/sh',
      'broken:x:abc:1:::',
      '+::::::',
      '',
    ];
    const accounts = parsePasswd(lines.join('\n'), '/prefix');
    expect(
      accounts
        .filter((account) => account.person)
        .map((account) => [account.name, account.uid, account.home]),
    ).toEqual([
      ['root', 0, '/prefix/root'],
      ['zoe', 1001, '/prefix/home/zoe'],
    ]);
    expect(accounts.map((account) => account.name)).toEqual([
      'kiosk',
      'nobody',
      'nohome',
      'root',
      'www',
      'zoe',
    ]);
  });
});
