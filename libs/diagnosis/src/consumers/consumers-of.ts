import type { ClientName, PythonEnvironment, PythonPackageName } from '@trustfleet/protocol';
import { withCode } from '../code-trust/code-consumers.ts';
import { variableContexts } from '../contexts/variable-contexts.ts';
import type { Consumer, ResolvedSource } from '../consumer.ts';
import type { DiagnosisFacts, VariableContext } from '../facts.ts';
import { API_PATHS } from '../shotgun-api/types.ts';
import { eraOf } from '../shotgun-api/eras.ts';
import { trustOrder } from '../shotgun-api/trust-order.ts';
import { resolveSource } from '../trust-sources/resolvers.ts';
import type { ConsumersOf, ResolveSources } from '../trust-sources/types.ts';
import { copiesFor, type Copy } from './api-copies.ts';
import { runsToolkit } from './toolkit-pythons.ts';

/** Limit of the section `verdicts`. */
const MAX_SOURCES = 2000;

/** Clients that are there when their package is. */
const BY_PACKAGE: readonly (readonly [PythonPackageName, ClientName])[] = [
  ['requests', 'requests'],
  ['urllib3', 'urllib3'],
  ['httplib2', 'httplib2'],
  ['pip', 'pip'],
  ['conda', 'conda'],
  ['botocore', 'boto3'],
];
/** By resolution alone, once a context. */
const PROGRAMS: readonly ClientName[] = ['curl', 'git', 'node'];

/** failures.md §11, point 1. The machine's context comes first, so that it is whole where the limit cuts. */
export const consumersOf: ConsumersOf = (facts, limit = MAX_SOURCES) =>
  withCode(facts, inGeneral(facts, limit)).slice(0, limit);

function inGeneral(facts: DiagnosisFacts, limit: number): Consumer[] {
  const found: Consumer[] = [];
  for (const context of variableContexts(facts)) {
    const { clients } = context;
    const isConcerned = ({ client }: Consumer): boolean => clients?.some((one) => one === client) ?? true;
    found.push(
      ...PROGRAMS.map((client) => ({ client, python: null, api: null, context })).filter(isConcerned),
    );
    for (const python of facts.sections.pythons.pythons) {
      found.push(...ofPython(facts, python, context).filter(isConcerned));
      if (found.length >= limit) return found.slice(0, limit);
    }
  }
  return found.slice(0, limit);
}

function ofPython(facts: DiagnosisFacts, python: PythonEnvironment, context: VariableContext): Consumer[] {
  const installed = new Set(python.packages.map(({ name }) => name));
  const clients: ClientName[] = ['ssl'];
  for (const [name, client] of BY_PACKAGE) if (installed.has(name)) clients.push(client);
  if (runsToolkit(facts, python)) clients.push('toolkit.urlopen');
  const copies = copiesFor(facts, python, context);
  return [
    ...clients.map((client) => ({ client, python, api: null, context })),
    ...copies.flatMap((copy) => pathsOf(copy, python, context)),
  ];
}

/** Only paths that the version has; of a copy without a version all three, so that it is seen that nothing is known. */
function pathsOf({ api, core }: Copy, python: PythonEnvironment, context: VariableContext): Consumer[] {
  const judged = eraOf(api, core);
  const order = trustOrder(judged, 3);
  return API_PATHS.filter((path) => judged.era === null || order[path] !== null).map((path) => ({
    client: `shotgun_api3.${path}` as const,
    python,
    api,
    context,
  }));
}

/** Every consumer worth judging, resolved. */
export const resolveSources: ResolveSources = (facts, limit) =>
  consumersOf(facts, limit)
    .map((consumer) => resolveSource(consumer, facts))
    .filter(isHeard);

/** A path of the API that takes no such argument does what it does in general; a session that a variable beats, too. */
function isHeard({ consumer: { code }, source: { steps } }: ResolvedSource): boolean {
  if (code === undefined) return true;
  return steps.some(({ kind, outcome }) => kind === 'argument' && ['used', 'failed'].includes(outcome));
}
