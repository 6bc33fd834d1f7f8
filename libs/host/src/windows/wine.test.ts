import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleForWine, prepareWine, type WineLab } from '@trustfleet/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ProbeEntry, ProbeStep } from '../testing/windows-probe.ts';
import { serializeEntry } from './serialized-store.ts';

// Real crypt32 of Wine 8 under Node for Windows, called as the agent calls it. Each `run` is a process of its own.
const LIMIT = { timeoutMs: 60_000 };
const SECURE_EMAIL = '1.3.6.1.5.5.7.3.4';
vi.setConfig({ testTimeout: 150_000 });
let wine: WineLab;
let probe: string;
let stuckProbe: string;
beforeAll(async () => {
  wine = await prepareWine();
  probe = await bundleForWine(wine, new URL('../testing/windows-probe.ts', import.meta.url));
  stuckProbe = await bundleForWine(wine, new URL('../testing/stuck-probe.ts', import.meta.url));
}, 300_000);
afterAll(() => wine.dispose());

async function run(...steps: readonly ProbeStep[]): Promise<readonly unknown[]> {
  const result = await wine.run([wine.node, probe], { ...LIMIT, input: JSON.stringify(steps) });
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  return JSON.parse(result.stdout) as unknown[];
}

interface Authority {
  readonly entry: ProbeEntry;
  readonly sha256: string;
  readonly opensslThumbprint: string;
}

/** Two of them have one serial number, as Starfield's roots have (0), and here one name too. */
function authority(serial: string): Authority {
  const directory = mkdtempSync(join(tmpdir(), 'trustfleet-host-wine-'));
  try {
    const file = join(directory, 'certificate.der');
    const openssl = (...args: string[]) =>
      execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    openssl(
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-set_serial',
        serial,
      ],
      ...['-keyout', join(directory, 'key.pem'), '-outform', 'DER', '-out', file, '-subj', '/CN=Studio'],
    );
    const printed = openssl('x509', '-inform', 'DER', '-in', file, '-noout', '-fingerprint', '-sha1');
    const der = readFileSync(file);
    return {
      entry: { der: der.toString('base64'), friendlyName: null, enhancedKeyUsage: null, properties: {} },
      sha256: createHash('sha256').update(der).digest('hex'),
      opensslThumbprint: printed.trim().replace(/^.*=/, '').replaceAll(':', ''),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const readRoot: ProbeStep = { do: 'read', location: 'localMachine', store: 'Root' };
const holding = (...certificates: readonly object[]): unknown => ({
  state: 'read',
  certificates: expect.arrayContaining(
    certificates.map((one) => expect.objectContaining(one) as unknown),
  ) as unknown,
});
const thumbprints = async (store: string): Promise<string[]> => {
  const key = `HKLM\\Software\\Microsoft\\SystemCertificates\\${store}\\Certificates`;
  const { stdout } = await wine.run(['reg', 'query', key], LIMIT);
  return [...stdout.matchAll(/\\([0-9A-F]{40})\s*$/gm)].map((match) => match[1] ?? '');
};

describe('crypt32 under Wine', () => {
  it('puts a certificate that a new process finds, under the thumbprint that OpenSSL computes, and removes it', async () => {
    const { entry, sha256, opensslThumbprint } = authority('7');
    const named: ProbeEntry = {
      ...entry,
      friendlyName: 'Studio Ümlaut 日本',
      enhancedKeyUsage: [SECURE_EMAIL],
      properties: { 13: Buffer.from('described\0', 'utf16le').toString('base64') },
    };
    const [before] = await run(readRoot);

    expect(
      await run({ do: 'whyNotWritable', store: 'Root' }, { do: 'put', store: 'Root', entry: named }),
    ).toEqual([null, null]);
    expect(await run(readRoot)).toEqual([holding({ ...named, physical: 'registry' })]);
    expect(await thumbprints('Root')).toContain(opensslThumbprint);

    // Replaced, not kept beside it; what it was limited to is gone.
    expect(await run({ do: 'put', store: 'Root', entry }, readRoot)).toEqual([
      null,
      holding({ ...entry, physical: 'registry' }),
    ]);
    expect(
      await run({ do: 'remove', store: 'Root', sha256 }, { do: 'remove', store: 'Root', sha256 }),
    ).toEqual([true, false]);
    expect(await run(readRoot)).toEqual([before]);
    expect(await thumbprints('Root')).not.toContain(opensslThumbprint);
  });

  it('removes one of two with the same serial number and name, and leaves the other', async () => {
    const [first, second] = [authority('0'), authority('0')];
    await run(
      { do: 'put', store: 'CA', entry: first.entry },
      { do: 'put', store: 'CA', entry: second.entry },
    );
    expect(await thumbprints('CA')).toEqual([first, second].map((one) => one.opensslThumbprint).toSorted());

    expect(await run({ do: 'remove', store: 'CA', sha256: first.sha256 })).toEqual([true]);

    expect(await thumbprints('CA')).toEqual([second.opensslThumbprint]);
    expect(await run({ do: 'read', location: 'localMachine', store: 'CA' })).toEqual([
      { state: 'read', certificates: [{ ...second.entry, physical: 'registry' }] },
    ]);
  });

  it('makes a store that is not there', async () => {
    const { entry } = authority('1');
    const read: ProbeStep = { do: 'read', location: 'localMachine', store: 'Disallowed' };

    const [missing, , after] = await run(read, { do: 'put', store: 'Disallowed', entry }, read);

    expect(missing).toMatchObject({ state: 'missing' });
    expect(after).toEqual({ state: 'read', certificates: [{ ...entry, physical: 'registry' }] });
  });

  it("tells the group policy's copy from the machine's own, and never touches it", async () => {
    const { entry, sha256, opensslThumbprint } = authority('2');
    const blob = serializeEntry({
      ...entry,
      der: Buffer.from(entry.der, 'base64'),
      friendlyName: 'By policy',
    });
    const key = 'HKLM\\Software\\Policies\\Microsoft\\SystemCertificates\\CA\\Certificates';
    const value = ['/v', 'Blob', '/t', 'REG_BINARY', '/d', Buffer.from(blob).toString('hex'), '/f'];
    await wine.run(['reg', 'add', `${key}\\${opensslThumbprint}`, ...value], LIMIT);
    const read: ProbeStep = { do: 'read', location: 'localMachine', store: 'CA' };
    const policy = { ...entry, friendlyName: 'By policy', physical: 'groupPolicy' };

    expect(await run(read, { do: 'remove', store: 'CA', sha256 }, read)).toEqual([
      holding(policy),
      false,
      holding(policy),
    ]);
  });

  it('puts nothing that is no certificate, and says so', async () => {
    const entry: ProbeEntry = {
      ...authority('3').entry,
      der: Buffer.from('no certificate').toString('base64'),
    };

    const [result] = await run({ do: 'put', store: 'CA', entry });

    expect(result).toEqual({
      failed: expect.stringMatching(/^Writing to LocalMachine\\CA\\.Default failed: /) as string,
    });
  });

  it('a call that does not answer keeps no process from ending', async () => {
    const result = await wine.run([wine.node, stuckProbe], LIMIT);

    expect(result).toEqual({
      exitCode: 3,
      timedOut: false,
      stdout: 'SystemCallError: Opening LocalMachine\\Root did not answer within 0.5 s',
      stderr: '',
    });
  });
});
