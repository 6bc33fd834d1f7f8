import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import type { DoneWork } from '@trustfleet/repair';
import { bundleForWine, prepareWine, type WineLab } from '@trustfleet/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { VariableRequest } from './testing/windows-variable-program.ts';

// The real registry of Wine 8, called by Node for Windows as the agent calls it; reg.exe sees what is there. Each request is a process of its own.
const LIMIT = { timeoutMs: 90_000 };
vi.setConfig({ testTimeout: 240_000 });
const MACHINE = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment';
const SERVICE = 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\Spooler';
const NAME = 'SSL_CERT_FILE';

let wine: WineLab;
let program: string;
let bundle: string;
let sid: string;
let profile: string;
beforeAll(async () => {
  wine = await prepareWine();
  program = await bundleForWine(wine, new URL('./testing/windows-variable-program.ts', import.meta.url));
  const path = join(wine.scratch, 'ca-bundle.pem');
  writeFileSync(path, WELL_KNOWN_ROOTS.map(({ pem }) => pem).join('\n'));
  bundle = wine.toWindows(path);
  const profiles = 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList';
  const listed = await reg('query', 'HKU');
  sid = /HKEY_USERS\\(S-1-5-21-[0-9-]+)\s*$/m.exec(listed)?.[1] ?? '';
  profile = 'artist';
  await reg(
    'add',
    `${profiles}\\${sid}`,
    '/v',
    'ProfileImagePath',
    '/t',
    'REG_EXPAND_SZ',
    '/d',
    'C:\\users\\artist',
    '/f',
  );
}, 300_000);
afterAll(() => wine.dispose());

async function reg(...args: string[]): Promise<string> {
  return (await wine.run(['reg', ...args], LIMIT)).stdout.replaceAll('\r', '');
}

/** Type and text of a value, as reg.exe shows them; null for none. */
async function value(key: string, name: string): Promise<string | null> {
  const found = new RegExp(`^\\s+${name}\\s+(REG_\\w+)\\s+(.*)$`, 'm').exec(
    await reg('query', key, '/v', name),
  );
  return found === null ? null : `${found[1] ?? ''} ${(found[2] ?? '').trim()}`;
}

async function ask(request: VariableRequest): Promise<{ killed: boolean; lines: unknown[] }> {
  const { exitCode, stdout } = await wine.run([wine.node, program], {
    ...LIMIT,
    input: JSON.stringify(request),
  });
  const lines = stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '');
  return { killed: exitCode !== 0, lines: lines.map((line) => JSON.parse(line) as unknown) };
}
const last = async (request: VariableRequest): Promise<unknown> => (await ask(request)).lines.at(-1);

type Subject = Readonly<Record<string, string>>;
const setting = (subject: Subject): Pick<VariableRequest, 'remedy' | 'parameters'> => ({
  remedy: 'variable.set',
  parameters: { name: NAME, ...subject, value: { kind: 'path', path: bundle } },
});
const unsetting = (subject: Subject): Pick<VariableRequest, 'remedy' | 'parameters'> => ({
  remedy: 'variable.unset',
  parameters: { name: NAME, ...subject },
});

const machine = { scope: 'machine' };
beforeEach(async () => {
  await reg('delete', MACHINE, '/v', NAME, '/f');
});

describe('variables of Windows', () => {
  it('sets one of the machine that was expandable, which it stays, and gives back what stood there', async () => {
    await reg('add', MACHINE, '/v', NAME, '/t', 'REG_EXPAND_SZ', '/d', '%SystemRoot%\\old.pem', '/f');
    const before = await value(MACHINE, NAME);

    const done = (await last({ ...setting(machine), what: 'apply' })) as DoneWork;

    expect(await value(MACHINE, NAME)).toBe(`REG_EXPAND_SZ ${bundle}`);
    expect(await last({ ...setting(machine), what: 'check' })).toMatchObject({ holds: true });
    expect(await last({ ...setting(machine), what: 'plan' })).toEqual({ kind: 'none' });
    expect(await last({ ...setting(machine), what: 'undo', done })).toMatchObject({
      kind: 'change',
      check: { holds: true },
    });
    expect(await value(MACHINE, NAME)).toBe(before);
  });

  it('unsets, and undone the value is as it was', async () => {
    await reg('add', MACHINE, '/v', NAME, '/d', 'C:\\dead.pem', '/f');

    const done = (await last({ ...unsetting(machine), what: 'apply' })) as DoneWork;

    expect(await value(MACHINE, NAME)).toBeNull();
    await last({ ...unsetting(machine), what: 'undo', done });
    expect(await value(MACHINE, NAME)).toBe('REG_SZ C:\\dead.pem');
  });

  it('a value that somebody changed since is left, and shown', async () => {
    const done = (await last({ ...setting(machine), what: 'apply' })) as DoneWork;
    await reg('add', MACHINE, '/v', NAME, '/d', 'C:\\theirs.pem', '/f');

    expect(await last({ ...setting(machine), what: 'undo', done })).toMatchObject({
      kind: 'blocked',
      reason: expect.stringContaining('C:\\theirs.pem') as string,
    });
    expect(await value(MACHINE, NAME)).toBe('REG_SZ C:\\theirs.pem');
  });

  it.each([
    ['before', 0],
    ['after', 0],
    ['before', 1],
    ['after', 1],
  ] as const)('killed %s step %i, the next start takes it back', async (when, step) => {
    const { killed, lines } = await ask({ ...setting(machine), what: 'apply', killAt: { step, when } });
    expect(killed).toBe(true);
    const done = lines.at(-1) as DoneWork;
    expect(done.inverses).toHaveLength(step + 1);

    expect(await last({ ...setting(machine), what: 'takeBack', done })).toBeNull();

    expect(await value(MACHINE, NAME)).toBeNull();
    expect(await last({ ...setting(machine), what: 'takeBack', done })).toBeNull();
  });

  it('of somebody who is signed in; nobody else', async () => {
    expect(sid).not.toBe('');
    const user = { scope: 'user', owner: profile };
    const key = `HKU\\${sid}\\Environment`;

    const done = (await last({ ...setting(user), what: 'apply' })) as DoneWork;

    expect(await value(key, NAME)).toBe(`REG_SZ ${bundle}`);
    await last({ ...setting(user), what: 'undo', done });
    expect(await value(key, NAME)).toBeNull();
    expect(await last({ ...setting({ scope: 'user', owner: 'stranger' }), what: 'plan' })).toMatchObject({
      kind: 'notApplicable',
    });
  });

  it('of a service: one text of its list, the others stay', async () => {
    await reg('add', SERVICE, '/v', 'Environment', '/t', 'REG_MULTI_SZ', '/d', 'A=1\\0B=2', '/f');
    const before = await value(SERVICE, 'Environment');
    const service = { scope: 'service', owner: 'Spooler' };

    const done = (await last({ ...setting(service), what: 'apply' })) as DoneWork;

    expect(await value(SERVICE, 'Environment')).toBe(`${before ?? ''}\\0${NAME}=${bundle}`);
    expect(await last({ ...setting(service), what: 'check' })).toMatchObject({ holds: true });
    await last({ ...setting(service), what: 'undo', done });
    expect(await value(SERVICE, 'Environment')).toBe(before);
  });
});
