import { systemSection } from '@trustfleet/protocol';
import {
  bundleForWine,
  createTlsLab,
  prepareWine,
  type LabCertificate,
  type WineLab,
} from '@trustfleet/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The real calls under Wine 8 and Node for Windows; all of them in one process (testing/host-probe.ts), which takes its time.
let wine: WineLab;
let answers: Record<string, unknown>;
const tls = createTlsLab();
let presented: LabCertificate[];
beforeAll(async () => {
  const root = await tls.authority('Observed from Windows');
  const leaf = await tls.leaf(root);
  const chain = [await tls.authority('Stranger'), root, root];
  presented = [leaf, ...chain];
  const servers = [
    await tls.serve(leaf, chain),
    await tls.serve(leaf, { chain, maxVersion: 'TLSv1.2' }),
    await tls.serve(leaf),
  ];
  const ports = servers.map(({ port }) => String(port));
  await servers[2]?.close();
  wine = await prepareWine();
  const probe = await bundleForWine(wine, new URL('testing/host-probe.ts', import.meta.url));
  const result = await wine.run([wine.node, probe, ...ports], { timeoutMs: 120_000 });
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  answers = JSON.parse(result.stdout) as Record<string, unknown>;
}, 300_000);
afterAll(async () => {
  await tls.close();
  await wine.dispose();
});

describe('on Windows', () => {
  it('a file is replaced though somebody reads it for a moment', () => {
    expect(answers['replaced']).toEqual({ text: 'new', names: ['state.json'], removed: true, again: false });
  });

  it('a program is ended with what it has started', () => {
    expect(answers['tree']).toEqual({ before: true, state: 'signalled', after: false });
  });

  it('a folder can be made that nobody else reads; others are told apart by their access lists', () => {
    expect(answers['access']).toEqual({
      made: null,
      readable: expect.stringMatching(/Everyone may read or change C:\\probe:/) as string,
      ours: null,
      open: expect.stringMatching(/may change Z:\\tmp:/) as string,
    });
  });

  it('shares and devices are left alone, the rest is found', () => {
    expect(answers['looked']).toMatchObject({
      share: { state: 'unreadable', detail: expect.stringContaining('network share') as string },
      device: { state: 'unreadable' },
      network: 'share',
      local: null,
      found: { paths: ['C:\\lab\\node.exe'], complete: true },
      chain: { state: 'resolved', realPath: 'C:\\lab\\node.exe', owners: [], openToAll: false },
      executable: [true, false],
      foreign: { state: 'unknown' },
      users: { users: [], detail: expect.stringContaining('not looked at on Windows') as string },
    });
  });

  it('the registry gives its texts', () => {
    expect(answers['registry']).toMatchObject({
      environment: {
        state: 'read',
        values: expect.arrayContaining([
          { name: 'ComSpec', text: '%SystemRoot%\\system32\\cmd.exe', expands: true },
          { name: 'OS', text: 'Windows_NT', expands: false },
        ]) as unknown[],
      },
      missing: { state: 'missing' },
      users: { state: 'read', keys: expect.arrayContaining(['.Default']) as string[] },
    });
  });

  it('an endpoint is seen as it presents itself', () => {
    const chain = presented.map(({ sha256 }) => sha256);
    expect(answers['observed']).toMatchObject([
      { network: 'connected', detail: null, tls: 'TLSv1.3', chain },
      { network: 'connected', detail: null, tls: 'TLSv1.2', chain },
      { network: 'refused', tls: null, chain: [] },
    ]);
  });

  it('one boot has one id, and the facts of the machine are the same twice', () => {
    const [first, again] = answers['boot'] as string[];
    expect(first).toMatch(/^windows-\d+$/);
    expect(again).toBe(first);
    const [facts, twice] = answers['facts'] as { section: unknown; problems: unknown }[];
    expect(twice).toEqual(facts);
    expect(systemSection.parse(facts?.section)).toMatchObject({
      os: { platform: 'windows', distribution: expect.stringContaining('Windows') as string },
      memoryBytes: expect.any(Number) as number,
    });
  });
});
