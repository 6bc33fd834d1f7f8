import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, symlinkSync } from 'node:fs';
import { variablesSection } from '@trustfleet/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectVariables } from '../index.ts';
import { IS_ROOT, makeTestHost, realPorts } from '../testing/host.ts';

const host = makeTestHost();
const collect = () =>
  collectVariables(realPorts(), {
    root: host.root,
    processEnv: { PIP_CERT: '/agent/pip.pem', AGENT_SECRET: 'hunter2' },
  });
const ALICE = { uid: 54321, gid: 54321 };

beforeAll(() => {
  host.put(
    'etc/passwd',
    [
      'root:x:0:0:root:/root:/bin/bash',
      `alice:x:${ALICE.uid}:${ALICE.gid}::/home/alice:/bin/zsh`,
      'daemon:x:1:1::/usr/sbin:/usr/sbin/nologin',
      'bad line',
      '',
    ].join('\n'),
  );
  host.put('etc/environment', 'SSL_CERT_FILE="/etc/studio/ca.pem"\nSECRET_TOKEN=hunter2\n');
  host.put('etc/profile.d/studio.sh', 'export REQUESTS_CA_BUNDLE=/etc/studio/ca.pem\n');
  host.put('etc/profile.d/readme.txt', 'export CURL_CA_BUNDLE=/not/read\n');
  host.put('etc/security/pam_env.conf', 'NODE_EXTRA_CA_CERTS DEFAULT=/etc/studio/node.pem\n');
  host.put('etc/systemd/system/farm.service', '[Service]\nEnvironment=CURL_CA_BUNDLE=/farm.pem\n');
  host.put(
    'etc/systemd/system/farm.service.d/override.conf',
    '[Service]\nEnvironment=CURL_CA_BUNDLE=/override.pem\n',
  );
  execFileSync('/usr/bin/mkfifo', [host.at('etc/profile.d/fifo.sh')]);
  mkdirSync(host.at('root'));
});
afterAll(() => {
  host.remove();
});

describe('collectVariables', () => {
  it('reads machine, services and its own process; a FIFO among them is named and the rest goes on', async () => {
    const { section } = await collect();
    expect(variablesSection.parse(section)).toEqual(section);
    const machineAndService = section.variables.filter((found) => found.scope !== 'user');
    expect(
      machineAndService.map((found) => [
        found.name,
        found.scope,
        found.owner,
        found.value,
        found.source.replace(host.root, ''),
      ]),
    ).toEqual([
      ['CURL_CA_BUNDLE', 'service', 'farm.service', '/farm.pem', '/etc/systemd/system/farm.service'],
      [
        'CURL_CA_BUNDLE',
        'service',
        'farm.service',
        '/override.pem',
        '/etc/systemd/system/farm.service.d/override.conf',
      ],
      ['NODE_EXTRA_CA_CERTS', 'machine', null, '/etc/studio/node.pem', '/etc/security/pam_env.conf'],
      ['PIP_CERT', 'service', 'trustfleet-agent', '/agent/pip.pem', 'process'],
      ['REQUESTS_CA_BUNDLE', 'machine', null, '/etc/studio/ca.pem', '/etc/profile.d/studio.sh'],
      ['SSL_CERT_FILE', 'machine', null, '/etc/studio/ca.pem', '/etc/environment'],
    ]);
    expect(section.problems).toContainEqual({
      path: host.at('etc/profile.d/fifo.sh'),
      reason: expect.stringContaining('FIFO') as string,
    });
  });

  it('keeps no value of another variable, and gives the same twice', async () => {
    const first = await collect();
    expect(JSON.stringify(first)).not.toContain('hunter2');
    expect(JSON.stringify(await collect())).toBe(JSON.stringify(first));
  });

  it('cuts a value that is too long, though not through a character', async () => {
    host.put(
      'etc/environment',
      `SSL_CERT_FILE="/etc/studio/ca.pem"\nSECRET_TOKEN=hunter2\nHTTPLIB2_CA_CERTS=/${'x'.repeat(4094)}😀\n`,
    );
    const { section } = await collect();
    const value = section.variables.find((found) => found.name === 'HTTPLIB2_CA_CERTS')?.value;
    expect(value).toBe(`/${'x'.repeat(4094)}\ufffd`);
  });

  it('names where a change means collecting again', async () => {
    const { watch } = await collect();
    for (const path of ['etc/environment', 'etc/profile.d', 'etc/profile.d/studio.sh', 'etc/systemd/system'])
      expect(watch).toContain(host.at(path));
  });

  it.skipIf(!IS_ROOT)('reads a user’s files with that user’s rights (needs root)', async () => {
    host.put('home/alice/.profile', 'export SSL_CERT_FILE=$HOME/ca.pem\n');
    host.put('home/alice/.config/environment.d/10-ca.conf', 'PIP_CERT=/alice/pip.pem\n');
    host.put('root/secrets', 'export CURL_CA_BUNDLE=/root/only\n', 0o600);
    symlinkSync(host.at('root/secrets'), host.at('home/alice/.bashrc'));
    execFileSync('/bin/chown', ['-Rh', `${ALICE.uid}:${ALICE.gid}`, host.at('home/alice')]);
    chownSync(host.at('root/secrets'), 0, 0);
    const { section, variables } = await collect();
    const own = section.variables.filter((found) => found.owner === 'alice');
    expect(own.map((found) => [found.name, found.value])).toEqual([
      ['PIP_CERT', '/alice/pip.pem'],
      ['SSL_CERT_FILE', host.at('home/alice/ca.pem')],
    ]);
    expect(
      variables.filter((found) => found.variable.owner === 'alice').map((found) => found.readAs),
    ).toEqual([ALICE, ALICE]);
    expect(section.problems).toContainEqual({
      path: host.at('home/alice/.bashrc'),
      reason: expect.stringContaining('may not be read by its user') as string,
    });
  });

  it('says whose files it has no right to read', async () => {
    const ports = { ...realPorts(), uid: 424242, canActAs: false };
    const { section } = await collectVariables(ports, { root: host.root, processEnv: {} });
    expect(section.problems).toContainEqual({
      path: host.at('home/alice'),
      reason: expect.stringContaining('alice') as string,
    });
  });
});
