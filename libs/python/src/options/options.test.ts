import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, symlinkSync } from 'node:fs';
import { pythonsSection, variablesSection } from '@trustfleet/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectBundles, collectVariables, discoverPythons } from '../index.ts';
import { IS_ROOT, makeTestHost, realPorts } from '../testing/host.ts';
import { parseAwsConfig } from './parse-aws-config.ts';
import { parseCondarc } from './parse-condarc.ts';
import { parseGitConfig } from './parse-git-config.ts';
import { parsePipConf } from './parse-pip-conf.ts';

const host = makeTestHost();
const ADA = { uid: 54331, gid: 54331 };
const options = { root: host.root, processEnv: { PATH: '' } };

function own(path: string, content: string): void {
  const at = host.put(path, content, 0o600);
  if (IS_ROOT) chownSync(at, ADA.uid, ADA.gid);
}

beforeAll(() => {
  host.put('etc/passwd', `root:x:0:0:root:/root:/bin/sh\nada:x:${ADA.uid}:${ADA.gid}::/home/ada:/bin/sh\n`);
  mkdirSync(host.at('root'));
  host.put(
    'etc/pip.conf',
    '[global]\nindex-url = https://bob:hunter2@index.example/\ncert = /etc/studio/ca.pem\n',
  );
  host.put('etc/xdg/pip/pip.conf', '[global]\ncert = /earlier.pem\n');
  host.put('etc/gitconfig', '[http]\n\tsslVerify = false\n');
  host.put('etc/environment', `PIP_CONFIG_FILE=${host.at('etc/studio-pip.conf')}\n`);
  host.put('etc/studio-pip.conf', '[global]\ncert = /etc/studio/named.pem\n');
  own(
    'home/ada/.condarc',
    'channels:\n  - https://conda.example/t/hunter2/get\nssl_verify: ~/ca.pem # mine\n',
  );
  own('home/ada/.config/pip/pip.conf', '[install]\nuse_feature =\n    truststore\n    other\n');
  own('home/ada/.aws/config', '[default]\naws_secret_access_key = hunter2\nca_bundle = /aws.pem\n');
  own('home/ada/.gitconfig', '[http]\n\textraHeader = "Authorization: hunter2"\n\tsslCAInfo = ~/git.pem\n');
  own('home/ada/ca.pem', '');
  for (const directory of ['home/ada', 'home/ada/.config', 'home/ada/.config/pip', 'home/ada/.aws'])
    if (IS_ROOT) chownSync(host.at(directory), ADA.uid, ADA.gid);
});
afterAll(() => {
  host.remove();
});

const shown = (text: string): string => text.replaceAll(host.root, '');
const collect = () => collectVariables(realPorts(), options);

describe('options of clients’ own configuration files', () => {
  it('are read of machine and people, each with its file, and nothing else of these files is kept', async () => {
    const { section } = await collect();

    expect(variablesSection.parse(section)).toEqual(section);
    expect(JSON.stringify(section)).not.toContain('hunter2');
    expect(
      (section.options ?? []).map(({ client, name, value, account, scope, definedIn }) =>
        shown([client, name, value, account ?? '-', scope, definedIn].join(' ')),
      ),
    ).toEqual([
      'boto3 ca_bundle /aws.pem ada user /home/ada/.aws/config',
      'conda ssl_verify ~/ca.pem ada user /home/ada/.condarc',
      'git http.sslCAInfo /home/ada/git.pem ada user /home/ada/.gitconfig',
      'git http.sslVerify false - machine /etc/gitconfig',
      // /etc/pip.conf is read after /etc/xdg.
      'pip cert /etc/studio/ca.pem - machine /etc/pip.conf',
      'pip cert /etc/studio/named.pem - variable /etc/studio-pip.conf',
      'pip use-feature truststore other ada user /home/ada/.config/pip/pip.conf',
    ]);
    expect((await collect()).section).toEqual(section);
  });

  it('name files of anchors, which are bundles', async () => {
    const { variables, options: found } = await collect();
    const { section } = await collectBundles(realPorts(), { variables, certifi: [], options: found });

    expect(section.bundles.map(({ path, provenance }) => [shown(path), provenance[0]?.kind])).toEqual([
      ['/aws.pem', 'option'],
      ['/etc/studio/ca.pem', 'option'],
      ['/etc/studio/named.pem', 'option'],
      ['/home/ada/git.pem', 'option'],
    ]);
  });

  it.skipIf(!IS_ROOT)(
    'of a home are read with its owner’s rights: a link to root’s file gives nothing',
    async () => {
      host.put('root/secret.conf', 'ssl_verify: /stolen.pem\n', 0o600);
      mkdirSync(host.at('home/ada/.conda'));
      chownSync(host.at('home/ada/.conda'), ADA.uid, ADA.gid);
      symlinkSync(host.at('root/secret.conf'), host.at('home/ada/.conda/.condarc'));

      const { section } = await collect();

      expect(JSON.stringify(section)).not.toContain('stolen');
      expect(section.problems?.map(({ path }) => shown(path))).toContain('/home/ada/.conda/.condarc');
    },
  );

  it('a FIFO in their place does not hold anybody up', async () => {
    execFileSync('/usr/bin/mkfifo', [host.at('etc/conda-fifo')]);
    mkdirSync(host.at('etc/conda'), { recursive: true });
    symlinkSync(host.at('etc/conda-fifo'), host.at('etc/conda/.condarc'));

    const { section } = await collect();

    expect(section.problems?.map(({ path }) => shown(path))).toContain('/etc/conda/.condarc');
  });

  it('of an environment belong to it alone', async () => {
    const python = execFileSync(
      'python3',
      ['-c', 'import os, sys; print(os.path.realpath(sys.executable))'],
      {
        encoding: 'utf8',
      },
    ).trim();
    host.put('venv/pyvenv.cfg', `home = ${python.replace(/\/[^/]*$/, '')}\nversion = 3.11.2\n`);
    mkdirSync(host.at('venv/bin'), { recursive: true });
    symlinkSync(python, host.at('venv/bin/python'));
    host.put('venv/pip.conf', '[global]\ncert: /venv.pem\n');

    const { section } = await discoverPythons(realPorts(), { ...options, search: [host.at('venv')] });

    expect(pythonsSection.parse(section)).toEqual(section);
    expect(section.options).toEqual([
      {
        ...{ client: 'pip', name: 'cert', value: '/venv.pem', account: null, scope: 'environment' },
        ...{ definedIn: host.at('venv/pip.conf'), python: host.at('venv/bin/python') },
      },
    ]);
  });
});

describe('the parsers', () => {
  const said = (found: ReturnType<typeof parsePipConf>): string[] =>
    found.map(({ name, value }) => `${name}=${value}`);

  it.each([
    ['[global]\ncert=/a.pem\n[install]\ncert=/b.pem\n', ['cert=/a.pem', 'cert=/b.pem']],
    ['[install]\ncert=/b.pem\n[global]\ncert=/a.pem\n', ['cert=/a.pem', 'cert=/b.pem']],
    ['[global]\r\n; cert = /no.pem\r\nCert : /a b.pem  \r\n', ['cert=/a b.pem']],
    ['[download]\ncert=/a.pem\n', []],
    ['cert=/a.pem', []],
    ['[global\ncert', []],
    ['[global]\nuse-deprecated =\n  legacy-certs\n', ['use-deprecated=legacy-certs']],
  ])('pip.conf %j', (text, expected) => {
    expect(said(parsePipConf(text))).toEqual(expected);
  });

  it.each([
    ['ssl_verify: false\n', ['ssl_verify=false']],
    ['ssl_verify: "C:\\\\ca.pem" # x\n', ['ssl_verify=C:\\\\ca.pem']],
    ['  ssl_verify: /nested.pem\n', []],
    ['ssl_verify:truststore\n', []],
    ['ssl_verify:\n', ['ssl_verify=']],
    ["ssl_verify: 'truststore'", ['ssl_verify=truststore']],
  ])('.condarc %j', (text, expected) => {
    expect(said(parseCondarc(text))).toEqual(expected);
  });

  it.each([
    ['[profile x]\nca_bundle=/x.pem\n[default]\nca_bundle = /a.pem\n', ['ca_bundle=/a.pem']],
    ['[default]\ns3 =\n  ca_bundle = /nested.pem\n', []],
  ])('~/.aws/config %j', (text, expected) => {
    expect(said(parseAwsConfig(text))).toEqual(expected);
  });

  it.each([
    ['[http]\nsslVerify\n', ['http.sslVerify=true']],
    ['[HTTP] SSLverify = false ; because\n', ['http.sslVerify=false']],
    ['[http "https://one.example"]\nsslVerify = false\n', []],
    ['[http]\nsslCAInfo = "C:\\\\a b\\\\ca.pem" # x\n', ['http.sslCAInfo=C:\\a b\\ca.pem']],
    [
      '[core]\n[http]\nsslBackend=schannel\nschannelUseSSLCAInfo=true\n[user]\nsslVerify=false',
      ['http.sslBackend=schannel', 'http.schannelUseSSLCAInfo=true'],
    ],
  ])('gitconfig %j', (text, expected) => {
    expect(said(parseGitConfig(text))).toEqual(expected);
  });
});
