import { describe, expect, it } from 'vitest';
import { exportVariable } from './export-variable.ts';
import { registryFile } from './group-policy.ts';
import type { VariableWanted } from './types.ts';

const wanted: VariableWanted = {
  ...{ platform: 'linux', name: 'SSL_CERT_FILE', scope: 'machine', owner: null },
  ...{ value: '/srv/a "b" & <c>.pem', source: '/etc/environment' },
};
const windows: VariableWanted = {
  ...wanted,
  platform: 'windows',
  value: 'C:\\ca.pem',
  source: 'HKEY_LOCAL_MACHINE\\SYSTEM\\X',
};

describe('exports for other managers', () => {
  it('Ansible: a task that writes that line, every sign quoted', () => {
    expect(exportVariable('ansible', wanted)).toBe(
      [
        '- name: "Set SSL_CERT_FILE in /etc/environment"',
        '  ansible.builtin.lineinfile:',
        '    path: "/etc/environment"',
        '    regexp: "^\\\\s*(export\\\\s+)?SSL_CERT_FILE="',
        '    state: present',
        '    line: "SSL_CERT_FILE=/srv/a \\"b\\" & <c>.pem"',
        '    create: true',
        '    mode: "0644"',
        '',
      ].join('\n'),
    );
    expect(exportVariable('ansible', { ...wanted, value: null })).toContain('state: absent');
    expect(exportVariable('ansible', { ...wanted, value: '/{{ x }}' })).toContain('line: !unsafe "');
    expect(exportVariable('ansible', windows)).toContain('ansible.windows.win_environment');
  });

  it('Puppet: a line of that file', () => {
    expect(exportVariable('puppet', { ...wanted, value: "/it's" })).toContain(
      "  line   => 'SSL_CERT_FILE=/it\\'s',",
    );
  });

  it('Group Policy: an item of its preferences, or a registry file for a service', () => {
    const item = exportVariable('gpo', { ...windows, value: 'C:\\a&b.pem' });
    expect(item).toContain('action="R" name="SSL_CERT_FILE" value="C:\\a&amp;b.pem" user="0"');
    const service = { ...windows, scope: 'service', owner: 'Farm', value: 'é' } as const;
    expect(exportVariable('gpo', service)).toContain('"Environment"=hex(7):53,00,53,00,4c,00');
    expect(exportVariable('gpo', service)).toMatch(/3d,00,e9,00,00,00,00,00\r\n$/);
    expect(registryFile(windows)).toBe(
      'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\X]\r\n"SSL_CERT_FILE"="C:\\\\ca.pem"\r\n',
    );
  });

  it('launchd: a program at sign-in, said to be untried', () => {
    const plist = exportVariable('mdm', { ...wanted, platform: 'macos' });
    expect(plist).toContain('<string>/srv/a &quot;b&quot; &amp; &lt;c&gt;.pem</string>');
    expect(plist).toContain('not tried on a Mac');
  });
});
