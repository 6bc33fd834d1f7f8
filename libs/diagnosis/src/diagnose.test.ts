import { verdictsSection } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import type { ResolvedSource } from './consumer.ts';
import { diagnose, diagnoseSources, MAX_VERDICTS } from './diagnose.ts';
import { catalogue, issuing, leaf, oldRoot, root } from './testing/cause-pki.ts';
import { CAFILE, CAPATH, consumerOf, directory, installed, pem, python } from './testing/facts.ts';
import { ENDPOINT, type LabCertificate, type Scenario, stage } from './testing/trust-lab.ts';

const holding = (path: string, ...anchors: readonly LabCertificate[]): ReturnType<typeof pem> => ({
  ...pem(path),
  anchors: anchors.map(({ sha256 }) => sha256),
});

const SCENE: Scenario = {
  chain: [leaf, issuing],
  anchors: [oldRoot],
  facts: { bundles: [holding('/studio.pem', root)] },
};
const OPTIONS = { configured: [], catalogue };

function sources(
  count: number,
  ...verifying: readonly number[]
): { all: ResolvedSource[]; scene: ReturnType<typeof stage> } {
  const scene = stage(SCENE);
  const good = [root.sha256];
  const all = Array.from({ length: count }, (_, index): ResolvedSource => ({
    ...scene.resolved,
    ...(verifying.includes(index) ? { anchors: good } : {}),
    source: { ...scene.resolved.source, id: index.toString(16).padStart(16, '0') },
  }));
  return { all, scene };
}

const withEndpoints = (
  { facts, endpoint }: ReturnType<typeof stage>,
  count = 1,
): ReturnType<typeof stage>['facts'] => ({
  ...facts,
  sections: {
    ...facts.sections,
    endpoints: {
      endpoints: Array.from({ length: count }, (_, index) => ({
        ...endpoint,
        id: ENDPOINT.slice(0, -2) + index.toString(16).padStart(2, '0'),
      })),
      problems: [],
    },
  },
});

describe('diagnoseSources', () => {
  it('judges every source against every endpoint, as the section wants it', () => {
    const { all, scene } = sources(3, 1);
    const section = diagnoseSources(all.toReversed(), withEndpoints(scene, 2), OPTIONS);

    expect(verdictsSection.parse(section)).toEqual(section);
    expect(section.sources.map(({ id }) => id)).toEqual(all.map(({ source }) => source.id));
    expect(section.verdicts.map(({ source, cause }) => `${source.at(-1) ?? ''} ${cause ?? 'fine'}`)).toEqual([
      '0 anchorMissing',
      '0 anchorMissing',
      '1 fine',
      '1 fine',
      '2 anchorMissing',
      '2 anchorMissing',
    ]);
    expect(section.verdicts[0]).toMatchObject({
      notProbed: 'predicted only',
      evidence: { stillWorks: 'ssl' },
    });
  });

  it('the same facts give the same bytes', () => {
    const { all, scene } = sources(5, 2);
    const text = (): string => JSON.stringify(diagnoseSources(all, withEndpoints(scene, 3), OPTIONS));

    expect(text()).toBe(text());
  });

  it('asks of an endpoint only the clients that matter for it', () => {
    const { all, scene } = sources(1);
    const judged = (clients: ('ssl' | 'requests')[]): number => {
      const configured = [{ id: ENDPOINT.slice(0, -2) + '00', clients }];
      return diagnoseSources(all, withEndpoints(scene), { configured, catalogue }).verdicts.length;
    };

    expect(judged([])).toBe(1);
    expect(judged(['ssl'])).toBe(1);
    expect(judged(['requests'])).toBe(0);
  });

  it('keeps to its limit, what is wrong first', () => {
    const { all, scene } = sources(100, ...Array.from({ length: 60 }, (_, index) => index));
    const { verdicts } = diagnoseSources(all, withEndpoints(scene, 60), OPTIONS);

    expect(verdicts).toHaveLength(MAX_VERDICTS);
    expect(verdicts.filter(({ cause }) => cause !== null)).toHaveLength(40 * 60);
  });

  it('what a probe saw goes before what was worked out', () => {
    const { all, scene } = sources(2, 1);
    const seen = { 0: 'verifies', 1: 'fails' } as const;
    const { verdicts } = diagnoseSources(all, withEndpoints(scene), {
      ...OPTIONS,
      probed: ({ id }) => ({
        probed: { result: seen[id.endsWith('0') ? 0 : 1], code: null, error: 'SSLError: something else' },
        notProbed: null,
      }),
    });

    expect(verdicts[0]).toMatchObject({ predicted: { result: 'fails' }, cause: null });
    expect(verdicts[1]).toMatchObject({
      predicted: { result: 'verifies' },
      cause: 'unknown',
      evidence: { error: 'SSLError: something else' },
    });
  });

  it('a Python that is told no number has it in the evidence', () => {
    const { all, scene } = sources(1);
    const old = all.map((one) => ({ ...one, consumer: consumerOf('ssl', { python: python('3.6.15') }) }));
    const [verdict] = diagnoseSources(old, withEndpoints(scene), OPTIONS).verdicts;

    expect(verdict).toMatchObject({
      predicted: { code: null, error: 'certificate verify failed' },
      evidence: { code: 20 },
    });
  });
});

describe('diagnose', () => {
  it('goes from the facts of a host to its verdicts', () => {
    const interpreter = python('3.11.7', {
      packages: [installed('requests', '2.32.5'), installed('certifi', '2025.1.31', '/certifi.pem')],
    });
    const scene = stage({
      chain: [leaf, issuing],
      facts: {
        pythons: [interpreter],
        bundles: [
          holding('/certifi.pem', oldRoot),
          { ...holding(CAFILE, root) },
          { ...directory(CAPATH), anchors: [] },
        ],
      },
    });
    const { sources: judged, verdicts } = diagnose(withEndpoints(scene), OPTIONS);
    const causes = new Map(
      verdicts.map(({ source, cause }) => [judged.find(({ id }) => id === source)?.client, cause]),
    );

    expect(causes.get('ssl')).toBeNull();
    expect(causes.get('requests')).toBe('anchorMissing');
  });
});
