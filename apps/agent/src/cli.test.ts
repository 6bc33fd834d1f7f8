import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { SECTION_NAMES, sectionSchemas, trustStoresSection } from '@trustfleet/protocol';
import { anchorCheck } from '@trustfleet/repair';
import { canonicalJson } from '@trustfleet/signing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agent, startAgent } from './testing/agent-process.ts';
import { makeFakeRoot, type FakeRoot } from './testing/fake-root.ts';

let fake: FakeRoot;
beforeAll(async () => {
  fake = await makeFakeRoot();
});
afterAll(() => fake.remove());

describe('wrong arguments', () => {
  it.each([
    [[], /Usage: trustfleet-agent/],
    [['observe'], /unknown command 'observe'/],
    [['enroll'], /token is needed: give it with --token, or in TRUSTFLEET_ENROLMENT_TOKEN/],
    [['enroll', '--token', 'x', '--name', 'a b'], /A name has 1 to 63/],
    [['scan', '--section', 'registry'], /the sections are system, trustStores, bundles, pythons, variables/],
    [['scan', '--jason'], /unknown option '--jason'[^]*--json/],
    [['scan', 'everything'], /too many arguments/],
    [['run', '--state-dir'], /argument missing/],
    [['run', '--state-dir', ''], /A path is needed/],
    [['verify-store', '--anchor', 'zz'], /64 lower-case hex digits/],
  ])('%j ends with a sentence and exit code 2', async (args, sentence) => {
    const { code, stdout, stderr } = await agent(args);

    expect(stderr).toMatch(sentence);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it('help is no error, and does not speak of what a job uses inside', async () => {
    const { code, stdout } = await agent(['--help']);

    expect(code).toBe(0);
    for (const command of ['enroll', 'run', 'scan', 'status']) expect(stdout).toContain(command);
    expect(stdout).not.toContain('verify-store');
  });
});

describe('scan', () => {
  it('prints the same canonical bytes twice for an unchanged host, each section on its contract', async () => {
    const args = ['scan', '--json', '--root', fake.root];
    const env = { CURL_CA_BUNDLE: '/nonexistent/bundle.pem' };
    const [first, second] = [await agent(args, env), await agent(args, env)];

    expect(first.stderr).toBe('');
    expect(second.stdout).toBe(first.stdout);
    const inventory = JSON.parse(first.stdout) as Record<string, unknown>;
    expect(first.stdout).toBe(`${canonicalJson(inventory)}\n`);
    expect(Object.keys(inventory)).toEqual([...SECTION_NAMES].sort());
    for (const name of SECTION_NAMES)
      expect(sectionSchemas[name].parse(inventory[name])).toEqual(inventory[name]);
    expect(first.stdout).toContain('/nonexistent/bundle.pem');
  });

  it('reads one section alone', async () => {
    const { stdout } = await agent(['scan', '--section', 'trustStores', '--json', '--root', fake.root]);
    const { trustStores, ...others } = JSON.parse(stdout) as { trustStores: unknown };

    expect(others).toEqual({});
    const [store] = trustStoresSection.parse(trustStores).stores;
    expect(store?.bundle.anchors).toEqual([WELL_KNOWN_ROOTS[0]!.sha256, WELL_KNOWN_ROOTS[1]!.sha256].sort());
    expect(store?.localAnchors).toMatchObject([{ anchor: WELL_KNOWN_ROOTS[1]!.sha256 }]);
  });

  it('prints a report that names what is there, what was added and what is broken', async () => {
    const { code, stdout } = await agent(['scan', '--root', fake.root]);

    expect(code).toBe(0);
    expect(stdout).toMatch(/\(the operating system's\): 2 anchors/);
    expect(stdout).toMatch(/MISSING Amazon Root CA 3/);
    expect(stdout).toMatch(/studio\.crt +Amazon Root CA 2, until 2040-05-26/);
    expect(stdout).toMatch(
      /! .*\/opt\/studio\/ca\.pem: NO CERTIFICATES[^]*used by SSL_CERT_FILE \(machine\)/,
    );
  });
});

describe('verify-store', () => {
  it.each([
    [WELL_KNOWN_ROOTS[0]!.sha256, true],
    [WELL_KNOWN_ROOTS[4]!.sha256, false],
  ])('judges the anchor %s', async (anchor, holds) => {
    const { stdout } = await agent(['verify-store', '--anchor', anchor, '--root', fake.root]);

    expect(anchorCheck.parse(JSON.parse(stdout))).toMatchObject({ holds, evidence: { anchors: 2, holds } });
  });
});

describe('a machine that is not enrolled', () => {
  it('status says so, and what would permit changes', async () => {
    const { code, stdout } = await agent([
      'status',
      '--state-dir',
      join(fake.directory, 'none'),
      '--allow-list',
      join(fake.directory, 'none.json'),
    ]);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^Not enrolled .*trustfleet-agent enroll --token TOKEN/);
    expect(stdout).toMatch(/only observes: .*none\.json does not exist/);
  });

  it('run refuses, and makes nothing', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'trustfleet-agent-'));
    const { code, stderr } = await agent(['run', '--state-dir', directory]);

    expect(code).toBe(1);
    expect(stderr).toMatch(/not enrolled .*enroll --token TOKEN/);
    expect(await readdir(directory)).toEqual([]);
    await rm(directory, { recursive: true });
  });

  it.each<[string, string[], Record<string, string>]>([
    ['on the command line', ['--token', 'tf1.c2VjcmV0LXRoaW5n'], {}],
    ['in the environment', [], { TRUSTFLEET_ENROLMENT_TOKEN: 'tf1.c2VjcmV0LXRoaW5n' }],
  ])('a token that is none, %s, is refused in one sentence that does not repeat it', async (...given) => {
    const [, args, env] = given;
    const { code, stderr } = await agent(
      ['enroll', ...args, '--state-dir', join(fake.directory, 'enrol')],
      env,
    );

    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/token/i);
    expect(stderr).not.toContain('c2VjcmV0');
    expect(stderr).not.toContain('unexpected failure');
  });
});

it('goes on to its end when the reader of its output has gone', async () => {
  const { child, finished } = startAgent(['scan', '--section', 'system', '--json']);
  child.stdout?.destroy();

  const { code, stderr } = await finished;

  expect(stderr).toBe('');
  expect(code).toBe(0);
});
