import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RepairTask, smallestRepair, type Judged, type TargetPoint } from '../index.ts';

const ENDPOINT = '3f2b8a52-6f0e-4a6c-9b1e-0d6f5f1f7a01';
const CLIENTS = ['ssl', 'requests', 'pip', 'httplib2'] as const;
type Client = (typeof CLIENTS)[number];

/** What was done so far. */
type Done = readonly string[];

function judged(verifies: (client: Client) => boolean): Judged {
  return {
    sources: CLIENTS.map((client) => ({
      ...{ id: client, python: '/py', client, install: null, accounts: [], code: null },
      ...{ state: 'anchors', digest: null },
    })),
    verdicts: CLIENTS.map((client) => ({
      ...{ source: client, endpoint: ENDPOINT, cause: null, probed: null },
      predicted: verifies(client)
        ? { result: 'verifies', code: null, error: null }
        : { result: 'fails', code: 20, error: 'certificate verify failed' },
    })),
  };
}

/** Parts by name: what each needs done before it, what it mends, what it breaks. */
interface Rule {
  readonly needs?: readonly string[];
  readonly mends?: readonly Client[];
  readonly breaks?: readonly Client[];
}

function task(rules: Readonly<Record<string, Rule>>, more: Partial<RepairTask<Done>> = {}): RepairTask<Done> {
  const names = Object.keys(rules);
  const fails: readonly Client[] = ['ssl', 'requests', 'pip'];
  return {
    facts: [],
    before: judged((client) => !fails.includes(client)),
    endpoints: [{ id: ENDPOINT, host: 'site', port: 443 }],
    parts: names.map((name) => ({
      name,
      effect(done) {
        if (done.includes(name)) return { kind: 'none' };
        const missing = (rules[name]?.needs ?? []).filter((one) => !done.includes(one));
        return missing.length > 0
          ? { kind: 'notApplicable', reason: `${missing.join()} is not there` }
          : { kind: 'change', facts: [...done, name] };
      },
    })),
    judge: (done) =>
      judged((client) => {
        const [mended, broken] = (['mends', 'breaks'] as const).map((what) =>
          done.some((name) => rules[name]?.[what]?.includes(client) === true),
        );
        return broken !== true && (mended === true || !fails.includes(client));
      }),
    targets: fails.map((client): TargetPoint => ({ python: '/py', client, endpoint: ENDPOINT })),
    allowWorse: false,
    ...more,
  };
}

const namesOf = (given: RepairTask<Done>): readonly string[] | string => {
  const found = smallestRepair(given);
  return found.kind === 'found' ? found.chosen.map((index) => given.parts[index]!.name) : found.kind;
};

/** shotgrid.md §1.5: a root in the store for `ssl`, a bundle with a variable for `requests` and for pip. */
const STUDIO = {
  anchor: { mends: ['ssl'] },
  bundle: {},
  sslCertFile: { needs: ['bundle'], mends: ['ssl'] },
  requestsBundle: { needs: ['bundle'], mends: ['requests', 'pip'] },
  pipCert: { needs: ['bundle'], mends: ['pip'] },
} satisfies Record<string, Rule>;

describe('smallestRepair', () => {
  it('is the fewest parts, in the order in which they are done', () => {
    expect(namesOf(task(STUDIO))).toEqual(['anchor', 'bundle', 'requestsBundle']);
  });

  it('is nothing where every target verifies', () => {
    const targets: TargetPoint[] = [{ python: '/py', client: 'httplib2', endpoint: ENDPOINT }];
    expect(namesOf(task(STUDIO, { targets }))).toBe('none');
  });

  it('heeds the targets alone', () => {
    const targets: TargetPoint[] = [{ python: '/py', client: 'pip', endpoint: ENDPOINT }];
    expect(namesOf(task(STUDIO, { targets }))).toEqual(['bundle', 'requestsBundle']);
  });

  it('leaves what would break something that verifies, unless that is allowed', () => {
    const rules = {
      one: { mends: ['ssl', 'requests', 'pip'], breaks: ['httplib2'] },
      ...STUDIO,
    } satisfies Record<string, Rule>;

    expect(namesOf(task(rules))).toEqual(['anchor', 'bundle', 'requestsBundle']);
    expect(namesOf(task(rules, { allowWorse: true }))).toEqual(['one']);
  });

  it('says what stays broken where nothing helps, and why parts were none', () => {
    const found = smallestRepair(task({ anchor: { mends: ['ssl'] }, variable: { needs: ['bundle'] } }));

    expect(found).toMatchObject({
      kind: 'impossible',
      broken: [{ client: 'requests' }, { client: 'pip' }],
      refused: [{ name: 'variable', reason: 'bundle is not there' }],
    });
  });

  it('says which target is nothing on this host', () => {
    const targets: TargetPoint[] = [{ python: '/gone', client: 'pip', endpoint: ENDPOINT }];
    expect(smallestRepair(task(STUDIO, { targets }))).toMatchObject({ kind: 'impossible', missing: targets });
  });

  it('of very many parts none is superfluous', () => {
    const many = Object.fromEntries(Array.from({ length: 24 }, (_, at) => [`other${at}`, {}]));
    const rules: Record<string, Rule> = { ...many, ...STUDIO };

    expect(namesOf(task(rules))).toEqual(['anchor', 'bundle', 'requestsBundle']);
  });

  it('what is found mends every target, breaks nothing, and is no longer than any other that does', () => {
    const client = fc.constantFrom<Client[]>(...CLIENTS);
    const rule = fc.record({
      mends: fc.array(client, { maxLength: 3 }),
      breaks: fc.array(client, { maxLength: 1 }),
    });
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 6 }), (given) => {
        const rules = Object.fromEntries(given.map((one, index) => [`p${index}`, one]));
        const asked = task(rules);
        const good = (chosen: readonly string[]): boolean => {
          const after = asked.judge(chosen);
          return after.verdicts.every(({ predicted }) => predicted.result === 'verifies');
        };
        const all = Array.from({ length: 2 ** given.length }, (_, bits) =>
          Object.keys(rules).filter((_name, index) => (bits & (1 << index)) !== 0),
        ).filter(good);
        const found = namesOf(asked);
        if (typeof found === 'string') expect(all).toEqual([]);
        else {
          expect(good(found)).toBe(true);
          expect(found.length).toBe(Math.min(...all.map(({ length }) => length)));
        }
      }),
    );
  });
});
