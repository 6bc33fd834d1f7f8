import type { ShareState } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { evaluatePolicy, factsRead, type HostFacts, type Policy } from '../../index.ts';

const policy: Policy = { id: 'p', name: 'P', rule: 'sharesAnswer', parameters: {} };

const silent: ShareState = {
  export: 'nas:/studio',
  type: 'nfs4',
  mount: '/mnt/studio',
  state: 'doesNotAnswer',
};
const facts = (shotgrid: ShareState[] | undefined, pythons?: ShareState[]): HostFacts => ({
  shotgrid: { apis: [], cores: [], configurations: [], problems: [], ...(shotgrid && { shares: shotgrid }) },
  pythons: { pythons: [], ...(pythons && { shares: pythons }) },
});

describe('sharesAnswer', () => {
  it.each<[string, HostFacts]>([
    ['nothing is known', {}],
    ['no share was asked', facts(undefined)],
    ['all answer', facts([{ ...silent, state: 'answers' }], [{ ...silent, state: 'answers' }])],
  ])('finds nothing: %s', (_name, given) => {
    expect(evaluatePolicy(policy, given)).toEqual([]);
  });

  it('names the share, once for however many looked at it', () => {
    expect(evaluatePolicy(policy, facts([silent], [silent]))).toEqual([
      {
        key: expect.stringMatching(/^sharesAnswer:[0-9a-f]{64}$/) as string,
        rule: 'sharesAnswer',
        cause: 'shareDoesNotAnswer',
        severity: 'warning',
        subject: { kind: 'share', export: 'nas:/studio', type: 'nfs4', mount: '/mnt/studio' },
        anchor: null,
        evidence: {},
      },
    ]);
    expect(factsRead([policy])).toEqual(['shotgrid', 'pythons']);
  });

  it('tells apart what is mounted twice, and a share without a place of its own', () => {
    const unc: ShareState = { export: '\\\\nas\\studio', type: 'share', state: 'doesNotAnswer' };
    const found = evaluatePolicy(policy, facts([silent, { ...silent, mount: '/srv' }], [unc]));

    expect(found.map(({ subject }) => subject.kind === 'share' && subject.mount).sort()).toEqual([
      '/mnt/studio',
      '/srv',
      null,
    ]);
  });
});
