import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, symlinkSync } from 'node:fs';
import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { ROOT_CATALOGUE } from '@trustfleet/certificates/catalogue';
import { codeSection, type CodeSection } from '@trustfleet/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PythonPorts } from '../ports.ts';
import { IS_ROOT, makeTestHost, realPorts, type TestHost } from '../testing/host.ts';
import { ALICE } from '../testing/pythons.ts';
import { collectCode } from './collect-code.ts';

let host: TestHost;
beforeEach(() => {
  host = makeTestHost();
  host.put(
    'etc/passwd',
    `root:x:0:0:root:/root:/bin/bash\nalice:x:${ALICE.uid}:${ALICE.gid}::/home/alice:/bin/bash\n`,
  );
});
afterEach(() => {
  host.remove();
});

async function collect(
  roots: readonly string[] = ['studio'],
  { ports = realPorts(), readNetwork = [] }: { ports?: PythonPorts; readNetwork?: string[] } = {},
): Promise<CodeSection> {
  const { section } = await collectCode(ports, {
    roots: roots.map((root) => host.at(root)),
    readNetwork,
    catalogue: ROOT_CATALOGUE,
    root: host.root,
  });
  expect(codeSection.parse(section)).toEqual(section);
  return section;
}
const OFF = 'requests.get(url, verify=False)\n';
const paths = (section: CodeSection): string[] =>
  section.findings.map(({ path }) => path.slice(host.root.length + 1));

describe('collectCode', () => {
  it('reads the Python below the roots, and nobody else’s code in it', async () => {
    host.put('studio/launch/b.py', `\n${OFF}`);
    host.put('studio/a.py', `${OFF}ctx.check_hostname = False\n`);
    host.put('studio/한글 폴더/c.py', OFF);
    host.put('studio/window.pyw', OFF);
    host.put('studio/fine.py', 'requests.get(url)\n');
    host.put('studio/note.txt', OFF);
    host.put('studio/venv/lib/python3.11/site-packages/requests/api.py', OFF);
    host.put('studio/install/core/python/tank_vendor/shotgun_api3/shotgun.py', 'NO_SSL_VALIDATION = True\n');
    host.put('studio/.git/hook.py', OFF);
    host.put('elsewhere/d.py', OFF);
    symlinkSync(host.at('elsewhere'), host.at('studio/link'));

    const section = await collect();

    expect(
      section.findings.map(({ path, line, rule }) => [path.slice(host.root.length), line, rule]),
    ).toEqual([
      ['/studio/a.py', 1, 'verifyFalse'],
      ['/studio/a.py', 2, 'checkHostnameOff'],
      ['/studio/launch/b.py', 2, 'verifyFalse'],
      ['/studio/window.pyw', 1, 'verifyFalse'],
      ['/studio/한글 폴더/c.py', 1, 'verifyFalse'],
    ]);
    expect(section).toMatchObject({ files: 5, problems: [] });
    expect(await collect()).toEqual(section);
  });

  it('takes a root whatever its name, once, and a single file', async () => {
    host.put('site-packages/pipeline.py', OFF);
    host.put('one.py', OFF);

    const section = await collect(['site-packages', 'site-packages', 'one.py']);

    expect(paths(section)).toEqual(['one.py', 'site-packages/pipeline.py']);
    expect(section.files).toBe(2);
  });

  it('says what is wrong with the file that code trusts', async () => {
    const [first, second] = WELL_KNOWN_ROOTS;
    const old = ROOT_CATALOGUE.rootsOf('2020.06.20');
    expect(old).not.toBeNull();
    host.put('ca/one.pem', first!.pem);
    host.put('ca/two.pem', first!.pem + second!.pem);
    host.put('ca/empty.pem', '');
    mkdirSync(host.at('ca/hashed'));
    const trust = (target: string): string =>
      `requests.get(url, verify="${target}", auth=("me", "hunter2"))\n`;
    const targets = ['missing.pem', 'one.pem', 'two.pem', 'empty.pem', 'hashed'].map((name) =>
      host.at(`ca/${name}`),
    );
    host.put('studio/a.py', [...targets, 'relative/ca.pem', 'C:\\\\ca.pem'].map(trust).join(''));

    const { findings } = await collect();

    expect(findings.map(({ target, problem }) => [target?.replace(`${host.root}/ca/`, ''), problem])).toEqual(
      [
        ['missing.pem', 'missing'],
        ['one.pem', 'oneRoot'],
        ['two.pem', null],
        ['empty.pem', 'notPem'],
        ['hashed', null],
        ['relative/ca.pem', null],
        ['C:\\ca.pem', null],
      ],
    );
    expect(JSON.stringify(findings)).not.toContain('hunter2');
    expect(findings[0]?.text).toBe(
      `requests.get(url, verify="${host.at('ca/missing.pem')}", auth=("…", "…"))`,
    );
  });

  it('is not held by what is no regular file, nor by what is endless', async () => {
    host.put('studio/a.py', OFF);
    execFileSync('mkfifo', [host.at('studio/fifo.py')]);
    symlinkSync('/dev/zero', host.at('studio/zero.py'));
    symlinkSync(host.at('studio'), host.at('studio/loop'));
    host.put('studio/large.py', OFF + '#'.repeat(3 * 1024 * 1024));
    host.put('studio/binary.py', Buffer.from(`verify=False\0${OFF}`));

    expect(paths(await collect())).toEqual(['studio/a.py']);
  });

  it('says which root is not there', async () => {
    expect(await collect(['none'])).toEqual({
      findings: [],
      files: 0,
      problems: [{ path: host.at('none'), reason: expect.stringContaining('does not exist') as string }],
    });
  });

  it('leaves a share alone unless it is configured', async () => {
    host.put('studio/a.py', OFF);
    const share = { type: 'nfs4', export: 'nas:/studio' };
    const ports = {
      ...realPorts(),
      networkMount: () => Promise.resolve(share.type),
      networkShare: (path: string) => Promise.resolve(path.startsWith(host.at('studio')) ? share : null),
    };

    expect(await collect(['studio'], { ports })).toMatchObject({
      findings: [],
      problems: [{ reason: expect.stringContaining('network mount (nfs4, nas:/studio)') as string }],
    });
    expect(paths(await collect(['studio'], { ports, readNetwork: [host.at('studio')] }))).toEqual([
      'studio/a.py',
    ]);
  });

  it.skipIf(!IS_ROOT)('opens nothing with more rights than its owner has (needs root)', async () => {
    host.put('root/secret.py', OFF, 0o600);
    host.put('root/secret.pem', WELL_KNOWN_ROOTS[0]!.pem, 0o600);
    mkdirSync(host.at('studio'));
    host.put('studio/a.py', `${OFF}requests.get(url, verify="${host.at('root/secret.pem')}")\n`, 0o600);
    host.put('studio/own.py', `requests.get(url, verify="${host.at('root/secret.pem')}")\n`, 0o600);
    symlinkSync(host.at('root/secret.py'), host.at('studio/link.py'));
    for (const path of ['studio', 'studio/a.py']) chownSync(host.at(path), ALICE.uid, ALICE.gid);

    const { findings, problems } = await collect();

    // The file that is root's lies in alice's directory: she could not have read it, and so it is not read.
    expect(findings.map(({ path, rule, problem }) => [path.slice(host.root.length), rule, problem])).toEqual([
      ['/studio/a.py', 'verifyFalse', null],
      ['/studio/a.py', 'verifyPath', 'unreadable'],
    ]);
    expect(problems).toEqual([]);
  });
});
