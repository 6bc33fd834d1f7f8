import { describe, expect, it } from 'vitest';
import { ownershipProblem, readAllowList, type AllowList, type AllowListFacts, type PathOwnership } from './allow-list.ts';

const PATH = '/etc/trustfleet/allow-list.json';
const CHAIN: readonly PathOwnership[] = [
  { path: PATH, uid: 0, mode: 0o644 },
  { path: '/etc/trustfleet', uid: 0, mode: 0o755 },
  { path: '/etc', uid: 0, mode: 0o755 },
  { path: '/', uid: 0, mode: 0o755 },
];

const read = (facts: AllowListFacts, trustedUids: readonly number[] = [0]): Promise<AllowList> =>
  readAllowList({ trustedUids, read: () => Promise.resolve(facts) }, PATH);
const file = (text: string | Uint8Array, chain = CHAIN): AllowListFacts => ({ kind: 'file', bytes: typeof text === 'string' ? Buffer.from(text) : text, chain });

describe('readAllowList', () => {
  it('permits what an owned file lists', async () => {
    const list = await read(file('{"format":1,"permits":["trustStore.addAnchor"]}'));

    expect(list).toMatchObject({ state: 'loaded', permits: ['trustStore.addAnchor'], problem: null });
    expect(list.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('permits nothing where there is no file', async () => {
    expect(await read({ kind: 'absent' })).toMatchObject({ state: 'absent', permits: [] });
  });

  it.each([
    ['not JSON', 'permit everything'],
    ['empty', ''],
    ['UTF-16', Buffer.from('\ufeff{"format":1,"permits":["trustStore.addAnchor"]}', 'utf16le')],
    ['another format', '{"format":2,"permits":["trustStore.addAnchor"]}'],
    ['no format', '{"permits":["trustStore.addAnchor"]}'],
    ['a field that is not known', '{"format":1,"permits":["trustStore.addAnchor"],"exceptOn":["friday"]}'],
    ['a wildcard', '{"format":1,"permits":["*"]}'],
    ['a word in place of the list', '{"format":1,"permits":"trustStore.addAnchor"}'],
    ['too much', `{"format":1,"permits":["trustStore.addAnchor"]}${' '.repeat(70_000)}`],
  ])('rejects as a whole a file with %s', async (_name, text) => {
    const list = await read(file(text));

    expect(list).toMatchObject({ state: 'rejected', permits: [] });
    expect(list.problem).toContain(PATH);
  });

  it('says why a file cannot be read', async () => {
    expect(await read({ kind: 'unreadable', reason: 'it is a directory.' })).toMatchObject({ state: 'rejected', permits: [], problem: expect.stringContaining('it is a directory.') as string });
  });

  it('rejects good content in a file that others may write', async () => {
    const list = await read(file('{"format":1,"permits":["trustStore.addAnchor"]}', [{ path: PATH, uid: 0, mode: 0o664 }, ...CHAIN.slice(1)]));

    expect(list).toMatchObject({ state: 'rejected', permits: [] });
    expect(list.problem).toContain(`chmod go-w ${PATH}`);
  });
});

describe('ownershipProblem', () => {
  const change = (index: number, part: Partial<PathOwnership>): PathOwnership[] => CHAIN.map((entry, at) => (at === index ? { ...entry, ...part } : entry));

  it.each<[string, readonly PathOwnership[], readonly number[], boolean]>([
    ['root alone', CHAIN, [0], true],
    ['the agent itself, not as root', change(0, { uid: 1000 }), [0, 1000], true],
    ['another account', change(0, { uid: 1000 }), [0], false],
    ['a group', change(0, { mode: 0o660 }), [0], false],
    ['everybody', change(0, { mode: 0o646 }), [0], false],
    ['everybody, the sticky bit on the file', change(0, { mode: 0o1646 }), [0], false],
    ['another account by its directory', change(1, { uid: 1000 }), [0], false],
    ['everybody by a directory above', change(2, { mode: 0o777 }), [0], false],
    ['nobody: the directory above is sticky', change(2, { mode: 0o1777 }), [0], true],
  ])('the file can be changed by %s', (_name, chain, trustedUids, accepted) => {
    expect(ownershipProblem(chain, trustedUids) === null).toBe(accepted);
  });
});
