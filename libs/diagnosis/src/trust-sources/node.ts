import { inquire, readAs, valueOf, variable, type Inquiry } from './inquiry.ts';
import { ended, found, type Found } from './search.ts';
import { sourceOf } from './source-of.ts';
import { place, step, type Step } from './step.ts';
import type { ResolveSource } from './types.ts';

const BUILT_IN =
  'Node brings its own roots, and which they are depends on a version that the facts do not say';

/** python-tls.md §4, row "Node": bundled Mozilla roots, to which NODE_EXTRA_CA_CERTS adds. */
export const node: ResolveSource = (consumer, facts) => {
  const inquiry = inquire(consumer, facts);
  return sourceOf(inquiry, search(inquiry), { install: null, version: null });
};

function search(inquiry: Inquiry): Found {
  const by = variable(inquiry, 'NODE_TLS_REJECT_UNAUTHORIZED');
  if (by.value === '0')
    return found(step(by, 'used', 'switchesOff'), ended('verificationOff', null, by.name));
  const options = valueOf(inquiry, 'NODE_OPTIONS') ?? '';
  const system: Step[] = /--use-(?:system|openssl)-ca\b/.test(options)
    ? [step({ ...variable(inquiry, 'NODE_OPTIONS'), kind: 'variable' }, 'added', 'addsToBundle')]
    : [];
  const steps = [
    step(place('bundle', { name: 'node' }), 'used', 'builtInRootsUnknown'),
    ...extra(inquiry),
    ...system,
  ];
  return { steps, end: ended('unknown', BUILT_IN) };
}

/** A bad file is a warning and nothing more. */
function extra(inquiry: Inquiry): Step[] {
  const at = variable(inquiry, 'NODE_EXTRA_CA_CERTS');
  if (at.value === null) return [];
  if (at.value === '') return [step(at, 'empty', 'emptyIsUnset')];
  const reading = readAs(inquiry, at);
  if (reading.state === 'fails') return [step(at, 'failed', reading.problem)];
  return [step(at, 'added', reading.state === 'unknown' ? 'factsMissing' : 'addsToBundle')];
}
