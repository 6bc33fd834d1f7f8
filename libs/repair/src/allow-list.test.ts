import { describe, expect, it } from 'vitest';
import {
  ownershipProblem,
  readAllowList,
  type AllowList,
  type AllowListFacts,
  type PathOwnership,
} from './allow-list.ts';

const PATH = '/etc/trustfleet/allow-list.json';
const CHAIN: readonly PathOwnership[] = [
  { path: PATH, uid: 0, mode: 0o644 },
  { path: '/etc/trustfleet', uid: 0, mode: 0o755 },
  { path: '/etc', uid: 0, mode: 0o755 },
  { path: '/', uid: 0, mode: 0o755 },
];

const read = (facts: AllowListFacts, trustedUids: readonly number[] = [0]): Promise<AllowList> =>
  readAllowList({ trustedUids, read: () => Promise.resolve(facts) }, PATH);
const file = (text: string | Uint8Array, chain = CHAIN): AllowListFacts => ({
  kind: 'file',
  bytes: typeof text === 'string' ? Buffer.from(text) : text,
  chain,
});

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
    ['another format', '{"format":3,"permits":["trustStore.addAnchor"]}'],
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
    expect(await read({ kind: 'unreadable', reason: 'it is a directory.' })).toMatchObject({
      state: 'rejected',
      permits: [],
      problem: expect.stringContaining('it is a directory.') as string,
    });
  });

  it('rejects good content in a file that others may write', async () => {
    const list = await read(
      file('{"format":1,"permits":["trustStore.addAnchor"]}', [
        { path: PATH, uid: 0, mode: 0o664 },
        ...CHAIN.slice(1),
      ]),
    );

    expect(list).toMatchObject({ state: 'rejected', permits: [] });
    expect(list.problem).toContain(`chmod go-w ${PATH}`);
  });
});

it('rejects good content in a file that the access lists of the system speak against (Windows)', async () => {
  const bytes = Buffer.from('{"format":1,"permits":["trustStore.addAnchor"]}');
  const facts = { kind: 'file', bytes, chain: [] } as const;

  expect(await read({ ...facts, untrusted: null })).toMatchObject({ state: 'loaded' });
  expect(await read({ ...facts, untrusted: 'BU may change it' })).toMatchObject({
    state: 'rejected',
    permits: [],
    problem: 'BU may change it',
  });
});

describe('ownershipProblem', () => {
  const change = (index: number, part: Partial<PathOwnership>): PathOwnership[] =>
    CHAIN.map((entry, at) => (at === index ? { ...entry, ...part } : entry));

  it.each<{ who: string; chain: readonly PathOwnership[]; trusted: readonly number[]; accepted: boolean }>([
    { who: 'root alone', chain: CHAIN, trusted: [0], accepted: true },
    {
      who: 'the agent itself, not as root',
      chain: change(0, { uid: 1000 }),
      trusted: [0, 1000],
      accepted: true,
    },
    { who: 'another account', chain: change(0, { uid: 1000 }), trusted: [0], accepted: false },
    { who: 'a group', chain: change(0, { mode: 0o660 }), trusted: [0], accepted: false },
    { who: 'everybody', chain: change(0, { mode: 0o646 }), trusted: [0], accepted: false },
    {
      who: 'everybody, the sticky bit on the file',
      chain: change(0, { mode: 0o1646 }),
      trusted: [0],
      accepted: false,
    },
    {
      who: 'another account by its directory',
      chain: change(1, { uid: 1000 }),
      trusted: [0],
      accepted: false,
    },
    {
      who: 'everybody by a directory above',
      chain: change(2, { mode: 0o777 }),
      trusted: [0],
      accepted: false,
    },
    {
      who: 'nobody: the directory above is sticky',
      chain: change(2, { mode: 0o1777 }),
      trusted: [0],
      accepted: true,
    },
  ])('the file can be changed by $who', ({ chain, trusted, accepted }) => {
    expect(ownershipProblem(chain, trusted) === null).toBe(accepted);
  });
});
