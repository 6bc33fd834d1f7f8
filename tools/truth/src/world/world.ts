import {
  createPredictor,
  resolveSource,
  resolveSources,
  variableContexts,
  type DiagnosisFacts,
  type Predictor,
  type ResolvedSource,
} from '@trustfleet/diagnosis';
import type { ClientName, ObservedEndpoint, VerdictOutcome } from '@trustfleet/protocol';
import type { Cell } from '../cell.ts';
import { NOBODYS, realOutcome } from '../cells/compare.ts';
import { collect, environmentOf, type Collected } from '../cells/facts.ts';
import { runDriver, type Call, type Row } from '../cells/run-driver.ts';
import { openProbes, probeKey, type ProbeAll, type Probed } from '../cells/run-probe.ts';
import { isVisited, type Setting } from '../settings.ts';
import type { Plan, PlannedRun, PlannedStand } from './plan.ts';

/** At once: the machine has two cores and the servers need one. */
const WORKERS = 2;

/** Judges and visits: every run of the plan, each cell with what was predicted and what happened. */
export async function runWorld(plan: Plan, note: (line: string) => void): Promise<readonly Cell[]> {
  const collected = await collect(plan);
  const probe = await openProbes('/');
  note(`collected facts of ${plan.stands.length} stands`);
  const cells: Cell[] = [];
  const queue = plan.runs.entries();
  const worker = async (): Promise<void> => {
    for (const [index, run] of queue) {
      cells.push(...(await judge({ plan, collected, run, probe })));
      if (index % 100 === 99) note(`${index + 1} of ${plan.runs.length} processes, ${cells.length} cells`);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  return cells;
}

interface Work {
  readonly plan: Plan;
  readonly collected: Collected;
  readonly run: PlannedRun;
  readonly probe: ProbeAll;
}

async function judge({ plan, collected, run, probe }: Work): Promise<Cell[]> {
  const stand = plan.stands.find(({ wish }) => wish.name === run.stand);
  const setting = plan.settings.find(({ name }) => name === run.setting);
  if (stand === undefined || setting === undefined)
    throw new Error(`No such run: ${run.stand}, ${run.setting}`);
  const servers = plan.servers.filter(({ id }) => isVisited(setting.visits, id));
  const calls = callsOf(stand, setting);
  const facts = await collected.facts(stand, setting);
  const rows = await runDriver(
    stand.python,
    { clients: calls, servers },
    { scratch: plan.scratch, environment: { ...ALWAYS, ...environmentOf(setting, plan) } },
  );
  const judged = { stand, setting, facts, collected, predictor: createPredictor(facts) };
  const sources = calls.map((call) => ({ call, resolved: resolve(call.client, facts) }));
  const probed = run.probe
    ? await probe(visitOf({ sources, facts, variables: environmentOf(setting, plan), servers }))
    : NOT_PROBED;
  return sources.flatMap((source) =>
    cellsOf({ ...judged, ...source, probed, rows: rows.filter(({ id }) => id === source.call.id) }),
  );
}

const NOT_PROBED: Probed = new Map();

interface Source {
  readonly call: Call;
  readonly resolved: ResolvedSource;
}

function visitOf(of: {
  readonly sources: readonly Source[];
  readonly facts: DiagnosisFacts;
  readonly variables: Readonly<Record<string, string>>;
  readonly servers: Plan['servers'];
}): Parameters<ProbeAll>[0] {
  const [python] = of.facts.sections.pythons.pythons;
  if (python === undefined) throw new Error('The collectors did not find a stand.');
  return {
    python,
    variables: { ...ALWAYS, ...of.variables },
    clients: of.sources.map(({ call, resolved }) => ({
      client: call.client,
      install: resolved.consumer.api?.location ?? null,
    })),
    servers: of.servers,
  };
}

/** So that nothing of the machine's own settings is read. */
const ALWAYS = { PIP_CONFIG_FILE: '/dev/null', PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1' };

function callsOf(stand: PlannedStand, setting: Setting): Call[] {
  return stand.wish.clients
    .filter((client) => setting.clients?.includes(client) ?? true)
    .map((client) => ({ id: client, client }));
}

interface Judged extends Source {
  readonly stand: PlannedStand;
  readonly setting: Setting;
  readonly rows: readonly Row[];
  readonly facts: DiagnosisFacts;
  readonly collected: Collected;
  readonly predictor: Predictor;
  readonly probed: Probed;
}

function cellsOf({ call, resolved, stand, setting, rows, facts, ...with_ }: Judged): Cell[] {
  const blind = rows.some(({ server, result }) => server === NOBODYS && result === 'connected');
  const { endpoints } = facts.sections.endpoints;
  return rows.map((row) => ({
    consumer: stand.wish.name,
    client: call.client,
    setting: setting.name,
    chain: row.server,
    predicted: predictedOutcome(resolved, {
      predictor: with_.predictor,
      endpoint: endpoints.find(({ id }) => id === with_.collected.endpoints.get(row.server)),
    }),
    real: realOutcome(row, blind),
    probed: with_.probed.get(probeKey(call.client, row.server)) ?? null,
  }));
}

/** As a diagnosis finds the consumer; a core that no configuration names is judged for the Python that it is tried with. */
function resolve(client: ClientName, facts: DiagnosisFacts): ResolvedSource {
  const [python] = facts.sections.pythons.pythons;
  const [context] = variableContexts(facts);
  if (python === undefined || context === undefined) throw new Error('The collectors did not find a stand.');
  const found = resolveSources(facts).find(
    ({ consumer }) => consumer.client === client && consumer.python?.path === python.path,
  );
  if (found !== undefined) return found;
  const { apis } = facts.sections.shotgrid;
  const feature = python.version?.split('.').slice(0, 2).join('.');
  const api = apis.find(({ zipPython }) => zipPython === feature) ?? apis[0] ?? null;
  return resolveSource({ client, python, api, context }, facts);
}

function predictedOutcome(
  resolved: ResolvedSource,
  at: { readonly predictor: Predictor; readonly endpoint: ObservedEndpoint | undefined },
): VerdictOutcome {
  if (at.endpoint === undefined) throw new Error('A server was visited that nobody looked at.');
  return at.predictor.predict(resolved, at.endpoint).outcome;
}
