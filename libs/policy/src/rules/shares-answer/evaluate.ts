import type { ShareState } from '@trustfleet/protocol';
import { findingKey } from '../../finding-key.ts';
import type { HostFacts, PolicyFinding, SharesAnswerPolicy } from '../../types.ts';

/** One finding for each share that a discovery of this host asked and that did not answer in time; nothing for one that nobody asked. */
export function evaluate(
  _parameters: SharesAnswerPolicy['parameters'],
  { shotgrid, pythons }: HostFacts,
): PolicyFinding[] {
  const told = [...(shotgrid?.shares ?? []), ...(pythons?.shares ?? [])];
  return told.filter(({ state }) => state === 'doesNotAnswer').map(findingOf);
}

function findingOf(share: ShareState): PolicyFinding {
  const rule = 'sharesAnswer';
  const { export: source, type } = share;
  const mount = share.mount ?? null;
  return {
    // Two discoveries that both met it are one broken share.
    key: findingKey({ rule, kind: 'share', subject: JSON.stringify([type, source, mount]), anchor: null }),
    rule,
    cause: 'shareDoesNotAnswer',
    severity: 'warning',
    subject: { kind: 'share', export: source, type, mount },
    anchor: null,
    evidence: {},
  };
}
