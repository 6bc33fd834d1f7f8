import { trustSource, trustStep } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { reasonWords, STEP_REASONS, stateWords, stepWords } from '../index.ts';

const KINDS = trustStep.shape.kind.options;
const OUTCOMES = trustStep.shape.outcome.options;
const STATES = trustSource.shape.state.options;

describe('words', () => {
  it('every kind, outcome and reason of a step has a sentence of its own', () => {
    const sentences = KINDS.flatMap((kind) =>
      OUTCOMES.map((outcome) =>
        stepWords({ kind, name: 'NAME', value: '/x', definedIn: '/etc/environment', outcome, reason: null }),
      ),
    );
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(new Set(sentences).size).toBe(sentences.length);
    const reasons = STEP_REASONS.map((reason) => reasonWords(reason));
    for (const reason of reasons) expect(reason).toMatch(/^\S.*[^.]$/);
  });

  it('a reason of a newer release is left out, not shown as an id', () => {
    const step = {
      kind: 'variable',
      name: 'SSL_CERT_FILE',
      value: '/x.pem',
      definedIn: null,
      outcome: 'ignored',
    } as const;
    expect(stepWords({ ...step, reason: 'ofTheFuture' })).toBe('SSL_CERT_FILE (/x.pem) is ignored.');
    expect(stepWords({ ...step, reason: 'toString' })).toBe('SSL_CERT_FILE (/x.pem) is ignored.');
  });

  it('says who sets a variable', () => {
    expect(
      stepWords({
        kind: 'variable',
        name: 'SHOTGUN_API_CACERTS',
        value: '/studio.pem',
        definedIn: '/etc/environment',
        outcome: 'ignored',
        reason: 'ignoredByVersion',
      }),
    ).toBe(
      'SHOTGUN_API_CACERTS (/studio.pem), set in /etc/environment, is ignored: this version does not look at it here.',
    );
  });

  it('every state has a sentence of its own', () => {
    const sentences = STATES.map((state) => stateWords({ state, anchors: 3, error: 'E' }));
    for (const sentence of sentences) expect(sentence).toMatch(/^It[ s].*\.$|^Nothing .*\.$/);
    expect(new Set(sentences).size).toBe(sentences.length);
    expect(stateWords({ state: 'anchors', anchors: 0, error: null })).toContain('no anchor');
    expect(stateWords({ state: 'anchors', anchors: 1, error: null })).toBe('It trusts 1 anchor.');
  });
});
