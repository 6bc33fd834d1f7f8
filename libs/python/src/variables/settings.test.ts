import { TRUST_SETTINGS, variablesSection } from '@trustfleet/protocol';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { collectVariables } from '../index.ts';
import { makeTestHost, realPorts } from '../testing/host.ts';
import { keptValue } from './mask.ts';

const host = makeTestHost();
host.put('etc/passwd', 'root:x:0:0:root:/root:/bin/bash\n');
afterAll(() => {
  host.remove();
});

describe('settings', () => {
  it('come from every source of variables, under the one name of a proxy, and are no CA variables', async () => {
    host.put('etc/environment', 'https_proxy="http://bot:hunter2@proxy.studio:3128/"\nPYTHONHTTPSVERIFY=0\n');
    host.put('etc/profile.d/sg.sh', 'export SHOTGUN_HOME=/srv/sg PYTHONPATH=/srv/lib\n');
    host.put('etc/security/pam_env.conf', 'NO_PROXY DEFAULT=.studio,localhost\n');
    host.put(
      'etc/systemd/system/farm.service',
      '[Service]\nEnvironment="HTTP_PROXY=farm:hunter2@10.0.0.1:8080" TOKEN=hunter2\n',
    );

    const result = await collectVariables(realPorts(), {
      root: host.root,
      processEnv: { NODE_OPTIONS: '--use-openssl-ca', SECRET: 'hunter2' },
    });

    expect(variablesSection.parse(result.section)).toEqual(result.section);
    expect(result.section.variables).toEqual([]);
    expect(
      result.section.settings?.map(({ name, value, scope, owner }) => [name, value, scope, owner]),
    ).toEqual([
      ['HTTPS_PROXY', 'http://***@proxy.studio:3128', 'machine', null],
      ['HTTP_PROXY', '***@10.0.0.1:8080', 'service', 'farm.service'],
      ['NODE_OPTIONS', '--use-openssl-ca', 'service', 'trustfleet-agent'],
      ['NO_PROXY', '.studio,localhost', 'machine', null],
      ['PYTHONHTTPSVERIFY', '0', 'machine', null],
      ['PYTHONPATH', '/srv/lib', 'machine', null],
      ['SHOTGUN_HOME', '/srv/sg', 'machine', null],
    ]);
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });
});

describe('what is kept of a value', () => {
  it.each([
    ['HTTPS_PROXY', 'http://proxy:3128', 'http://proxy:3128'],
    ['HTTPS_PROXY', 'http://proxy:3128/', 'http://proxy:3128'],
    ['HTTPS_PROXY', 'socks5h://[::1]:1080', 'socks5h://[::1]:1080'],
    ['HTTPS_PROXY', 'http://a:p@ss/w#rd@proxy:3128/x?y', '***'],
    ['HTTPS_PROXY', 'http://a:p@ss/w#rd@proxy:3128', 'http://***@proxy:3128'],
    ['HTTPS_PROXY', '$PROXY_HOST:3128', '$PROXY_HOST:3128'],
    ['HTTPS_PROXY', 'alice:hunter2', '***'],
    ['HTTPS_PROXY', '', ''],
    ['NO_PROXY', 'a,b,.c', 'a,b,.c'],
    ['PIP_CONFIG_FILE', '/etc/pip.conf', '/etc/pip.conf'],
    ['SSL_CERT_FILE', '/home/a@b/ca.pem', '/home/a@b/ca.pem'],
    ['GIT_SSL_CAINFO', 'https://a:b@c/ca.pem', 'https://***@c/ca.pem'],
  ])('%s=%s is %s', (name, value, kept) => {
    expect(keptValue(name, value)).toBe(kept);
  });

  it('never holds the password, whatever it is made of', () => {
    const secret = fc.string({ minLength: 6, maxLength: 9000 }).filter((text) => /\S{6}/.test(text));
    const user = fc.string({ maxLength: 20 });
    fc.assert(
      fc.property(
        secret,
        user,
        fc.constantFrom('', 'http://', 'https://', 'socks5://'),
        (pass, name, scheme) => {
          const kept = keptValue('HTTPS_PROXY', `${scheme}${name}:${pass}@proxy.example:3128`);
          expect(['***', `${scheme}***@proxy.example:3128`]).toContain(kept);
        },
      ),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...TRUST_SETTINGS),
        fc.stringMatching(/^[^\s"'@]{8,40}$/),
        (setting, pass) => {
          expect(keptValue(setting, `https://user:${pass}@index.example/simple`)).not.toContain(pass);
        },
      ),
    );
  });

  it('takes no more than a moment for a text made to be slow', () => {
    const slow = 'a://'.repeat(60_000);
    for (const name of ['HTTPS_PROXY', 'NODE_OPTIONS'])
      expect(keptValue(name, slow).length).toBeLessThan(5000);
  });
});
