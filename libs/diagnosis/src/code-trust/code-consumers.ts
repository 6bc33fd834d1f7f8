import type { CodeFinding } from '@trustfleet/protocol';
import type { Consumer } from '../consumer.ts';
import type { DiagnosisFacts } from '../facts.ts';
import { isBefore, versionNumber } from '../version-number.ts';
import { speaksOf, type Speaks } from './client-rules.ts';
import type { CodeTrust } from './code-trust.ts';
import { createRunners, type Runners } from './runners.ts';

/** Of one host: what is judged beside the clients in general. */
const MOST_CONSUMERS = 500;
/** Removed with 3.9.0 (shotgrid.md §1.4, last point). */
const NO_OFF_SWITCH = [3, 9, 0] as const;

interface Decision {
  readonly finding: CodeFinding;
  readonly speaks: Speaks;
}

/**
 * The consumers, each with what code beside it says, and one more for each thing that code says for its own calls (decision 0011). The
 * general ones stay what they are and come first.
 */
export function withCode(facts: DiagnosisFacts, consumers: readonly Consumer[]): Consumer[] {
  const decisions = decisionsIn(facts);
  if (decisions.length === 0) return [...consumers];
  const runners = createRunners(facts);
  const judged = consumers.map((consumer) => ({ consumer, said: saidFor(consumer, decisions, runners) }));
  const seen = new Set<string>();
  const own = judged.flatMap(({ consumer, said }) =>
    said.flatMap((code): Consumer[] => {
      const key = keyOf(consumer, code);
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ ...consumer, code }];
    }),
  );
  const general = judged.map(({ consumer, said }) =>
    said.length === 0 ? consumer : { ...consumer, beside: said },
  );
  return [...general, ...own.slice(0, MOST_CONSUMERS)];
}

/** What a call says holds whatever the variables: one set of them is enough. */
function keyOf({ client, python, api, context }: Consumer, { place, argument, target }: CodeTrust): string {
  const variables = place === 'call' ? null : [context.accounts, context.services ?? []];
  return JSON.stringify([client, python?.path, api?.location, argument, place, target, variables]);
}

function decisionsIn({ sections }: DiagnosisFacts): Decision[] {
  return (sections.code?.findings ?? []).flatMap((finding): Decision[] => {
    const speaks = finding.decision === 'warningSilenced' ? null : speaksOf(finding);
    if (speaks === null) return [];
    const named = finding.decision === 'verificationOff' || isPlace(finding.target);
    return named ? [{ finding, speaks }] : [];
  });
}

/** From the working directory of whoever starts it: nothing can be said of it. */
function isPlace(target: string | null): boolean {
  return target !== null && /^(?:\/|[a-z]:[\\/]|\\\\)/i.test(target);
}

/** Each thing once that code says for this consumer's client, in order of place. */
function saidFor(consumer: Consumer, decisions: readonly Decision[], runners: Runners): CodeTrust[] {
  const { python, client, context } = consumer;
  if (python === null) return [];
  const said = new Map<string, CodeTrust>();
  for (const { finding, speaks } of decisions) {
    if (!speaks.clients.includes(client) || !has(consumer, finding)) continue;
    if (!runners.runs(finding.path, { python, context })) continue;
    const target = finding.decision === 'verificationOff' ? null : finding.target;
    const key = JSON.stringify([speaks.argument, speaks.place, target]);
    const before = said.get(key);
    const { path, line, rule } = before ?? finding;
    const { argument, place } = speaks;
    said.set(key, { path, line, rule, argument, place, target, places: (before?.places ?? 0) + 1 });
  }
  return [...said.values()];
}

/** A version that has no such switch is not concerned. */
function has({ api }: Consumer, { rule }: CodeFinding): boolean {
  return rule !== 'noSslValidation' || isBefore(versionNumber(api?.version ?? null), NO_OFF_SWITCH);
}
