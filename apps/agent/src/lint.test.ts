import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { codeSection } from '@trustfleet/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agent } from './testing/agent-process.ts';
import { cli } from './testing/run-cli.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trustfleet-lint-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function put(path: string, text: string): Promise<string> {
  const at = join(directory, path);
  await mkdir(dirname(at), { recursive: true });
  await writeFile(at, text);
  return at;
}

describe('lint', () => {
  it('prints every finding with its place and its masked line, and ends with 1', async () => {
    const launch = await put(
      'hooks/launch.py',
      'import requests\n\n# verify=False\nrequests.get("https://me:hunter2@site", verify=False)\n',
    );
    const trust = await put('trust.py', 'sg = Shotgun(url, ca_certs="/nowhere/ca.pem")\n');

    const { code, stdout, stderr } = await agent(['lint', directory]);

    expect(stdout).toBe(
      [
        `${launch}:4: verification is switched off for this call (verify=False)`,
        '    requests.get("…", verify=False)',
        `${trust}:1: whatever the settings say, this trusts /nowhere/ca.pem, which does not exist`,
        '    sg = Shotgun(url, ca_certs="/nowhere/ca.pem")',
        '2 findings in 2 files of Python.',
        '',
      ].join('\n'),
    );
    expect(stderr).toBe('');
    expect(code).toBe(1);
  });

  it('ends with 0 where nothing is wrong, trust in a file of the repository’s own included', async () => {
    await put('a.py', 'requests.get(url)\n');
    await put('b.py', `requests.get(url, verify="${directory}")\n`);

    const { code, stdout } = await cli('lint', join(directory, 'a.py'), join(directory, 'b.py'));

    expect(stdout).toMatch(/b\.py:1: note: whatever the settings say[^]*Nothing found and 1 note in 2 files/);
    expect(code).toBe(0);
  });

  it('prints the section as JSON', async () => {
    const path = await put('a.py', 'ctx.check_hostname = False\n');

    const { code, stdout } = await cli('lint', '--json', directory);

    expect(codeSection.parse(JSON.parse(stdout))).toEqual({
      findings: [
        {
          path,
          line: 1,
          decision: 'verificationOff',
          rule: 'checkHostnameOff',
          text: 'ctx.check_hostname = False',
          target: null,
          problem: null,
          call: null,
        },
      ],
      files: 1,
      problems: [],
    });
    expect(code).toBe(1);
  });

  it.each([
    [[], /missing required argument 'dir'/],
    [['/nonexistent/repository'], /\/nonexistent\/repository does not exist: name a directory or a file/],
    [['.', '--xml'], /unknown option '--xml'/],
  ])('%j is wrong use', async (args, sentence) => {
    const { code, stdout, stderr } = await cli('lint', ...args);

    expect(stderr).toMatch(sentence);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});
