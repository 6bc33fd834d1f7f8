import { ROOT_CATALOGUE } from '@trustfleet/certificates/catalogue';
import {
  diagnoseSources,
  resolveSource,
  resolveSources,
  variableContexts,
  type DiagnosisFacts,
  type ResolvedSource,
} from '@trustfleet/diagnosis';
import type { ClientName, Verdict, VerdictOutcome } from '@trustfleet/protocol';
import type { Cell } from '../cell.ts';
import { type Answers, digestOf, openAnswers } from '../cells/answers.ts';
import { endOf, NOBODYS, realOutcome } from '../cells/compare.ts';
import { expectedCauses } from '../cells/expected-cause.ts';
import { collect, environmentOf, type Collected } from '../cells/facts.ts';
import { runDriver, type Call, type Row } from '../cells/run-driver.ts';
import { openProbes, probeKey, type ProbeAll, type Probed } from '../cells/run-probe.ts';
import type { Setting } from '../settings.ts';
import type { Plan, PlannedRun, PlannedStand } from './plan.ts';

/** What became of one run of the plan. */
export interface RunDone extends Pick<PlannedRun, 'stand' | 'setting'> {
  readonly cells: readonly Cell[];
  /** Its answers are those of an earlier process. */
  readonly kept: boolean;
  /** Why there are no cells; null where there are. */
  readonly failed: string | null;
}

export interface WorldListener {
  readonly note: (line: string) => void;
  readonly done: (run: RunDone) => void;
}

/** Judges and visits: every run of the plan, each cell with what was predicted and what happened. */
export async function runWorld(plan: Plan, { note, done }: WorldListener): Promise<void> {
  const collected = await collect(plan, note);
  const work = { plan, collected, probe: await openProbes('/'), answers: openAnswers(plan.answers) };
  const queue = plan.runs.values();
  const worker = async (): Promise<void> => {
    for (const run of queue) done(await judgeOrSay({ ...work, run }));
  };
  await Promise.all(Array.from({ length: plan.atOnce }, worker));
}

interface Work {
  readonly plan: Plan;
  readonly collected: Collected;
  readonly run: PlannedRun;
  readonly probe: ProbeAll;
  readonly answers: Answers;
}

/** A process that ends badly is a run without cells, by name: it takes no other with it. */
async function judgeOrSay(work: Work): Promise<RunDone> {
  const { stand, setting } = work.run;
  try {
    return { stand, setting, ...(await judge(work)), failed: null };
  } catch (error) {
    const failed = error instanceof Error ? error.message.slice(0, 1000) : String(error);
    return { stand, setting, cells: [], kept: false, failed };
  }
}

async function judge({
  plan,
  collected,
  run,
  probe,
  answers,
}: Work): Promise<Pick<RunDone, 'cells' | 'kept'>> {
  const stand = plan.stands.find(({ wish }) => wish.name === run.stand);
  const setting = plan.settings.find(({ name }) => name === run.setting);
  if (stand === undefined || setting === undefined)
    throw new Error(`No such run: ${run.stand}, ${run.setting}`);
  const servers = plan.servers.filter(({ id }) => run.servers.includes(id));
  const calls = callsOf(stand, setting);
  const facts = await collected.facts(stand, setting);
  const [python] = facts.sections.pythons.pythons;
  if (python?.facts !== 'run')
    throw new Error(`The collectors did not run its Python: ${python?.notRunBecause ?? 'not found'}`);
  const environment = { ...ALWAYS, ...environmentOf(setting, plan) };
  const key = keyOf({ plan, run, stand, setting, calls });
  const asked = await answers.of(key, () =>
    runDriver(stand.python, { clients: calls, servers }, { scratch: plan.scratch, environment }),
  );
  const consumers = resolveSources(facts);
  const sources = calls.map((call) => ({ call, resolved: resolve(call.client, { facts, consumers }) }));
  const visit = visitOf({ sources, facts, variables: environmentOf(setting, plan), servers });
  const probed = run.probe
    ? await answers.of(digestOf([key, plan.digests.probe]), async () => [...(await probe(visit))])
    : { answer: [], kept: true };
  const judge = judgeOf({ sources, facts, collected, servers });
  const judged = { stand, setting, judge, probed: new Map(probed.answer) };
  const cells = sources.flatMap((source) =>
    cellsOf({ ...judged, ...source, rows: asked.answer.filter(({ id }) => id === source.call.id) }),
  );
  return { cells, kept: asked.kept && probed.kept };
}

/** All that answers depend on; the values of variables are paths into the one lab. */
function keyOf(of: {
  readonly plan: Plan;
  readonly run: PlannedRun;
  readonly stand: PlannedStand;
  readonly setting: Setting;
  readonly calls: readonly Call[];
}): string {
  const { wish, version } = of.stand;
  const { store, variables, proxied = false } = of.setting;
  return digestOf([
    of.plan.digests.lab,
    wish,
    version,
    { store, variables, proxied },
    of.calls,
    of.run.servers,
    ALWAYS,
  ]);
}

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
    .map((client) => ({ id: client, client, ...argumentOf(client, setting) }));
}

/** As the code of the setting calls it. */
function argumentOf(client: ClientName, { inCode }: Setting): Pick<Call, 'how' | 'argument'> {
  if (inCode === undefined) return {};
  return { argument: inCode.file, ...(client === 'requests' ? { how: inCode.place } : {}) };
}

type Judge = (source: ResolvedSource, server: string) => Pick<Verdict, 'predicted' | 'cause'>;

/** The product's own diagnosis of the servers that were visited. */
function judgeOf(of: {
  readonly sources: readonly Source[];
  readonly facts: DiagnosisFacts;
  readonly collected: Collected;
  readonly servers: Plan['servers'];
}): Judge {
  const idOf = (server: string): string => of.collected.endpoints.get(server) ?? '';
  const visited = new Set(of.servers.map(({ id }) => idOf(id)));
  const { sections } = of.facts;
  const endpoints = sections.endpoints.endpoints.filter(({ id }) => visited.has(id));
  const facts = {
    ...of.facts,
    sections: { ...sections, endpoints: { ...sections.endpoints, endpoints } },
  };
  const verdicts = new Map(
    of.sources.flatMap(({ resolved }) =>
      diagnoseSources([resolved], facts, { configured: [], catalogue: ROOT_CATALOGUE }).verdicts.map(
        (verdict) => [`${verdict.source} ${verdict.endpoint}`, verdict],
      ),
    ),
  );
  return ({ source }, server) => {
    const verdict = verdicts.get(`${source.id} ${idOf(server)}`);
    if (verdict === undefined) throw new Error('A server was visited that nobody looked at.');
    return verdict;
  };
}

interface Judged extends Source {
  readonly stand: PlannedStand;
  readonly setting: Setting;
  readonly rows: readonly Row[];
  readonly judge: Judge;
  readonly probed: Probed;
}

function cellsOf({ call, resolved, stand, setting, rows, judge, probed }: Judged): Cell[] {
  const blind = rows.some(({ server, result }) => server === NOBODYS && result === 'connected');
  return rows
    .filter((row) => isCell(row, stand))
    .map((row) => {
      const { predicted, cause } = judge(resolved, row.server);
      const real = realOutcome(row, blind);
      return {
        consumer: stand.wish.name,
        client: call.client,
        setting: setting.name,
        chain: row.server,
        predicted,
        real,
        cause,
        expectedCauses: causesOf(real, { stand, call, setting, row }),
        probed: probed.get(probeKey(call.client, row.server)) ?? null,
      };
    });
}

/**
 * Nobody writes what its version does not take: the first eras of the API know no `ca_certs`. And how the httplib2 of Python 2 takes an
 * address is told by the published copies: the rebuilt ones compare as Python does.
 */
function isCell({ error, server }: Row, { wish }: PlannedStand): boolean {
  if (/TypeError: .*unexpected keyword argument 'ca_certs'/.test(error ?? '')) return false;
  return !(wish.feature === '2.7' && wish.era !== undefined && server.startsWith('ip-'));
}

/** Null for what does not fail. */
function causesOf(
  { result }: VerdictOutcome,
  { stand, call, setting, row }: Pick<Judged, 'stand' | 'call' | 'setting'> & { readonly row: Row },
): Cell['expectedCauses'] {
  if (result === 'unverified') return ['verificationOff'];
  if (result !== 'fails') return null;
  const knowsIssuing = stand.markers.length > 0;
  const { client } = call;
  const { collides = false } = stand.wish;
  return expectedCauses({ client, knowsIssuing, collides, setting, chain: row.server, ended: endOf(row) });
}

/** As a diagnosis finds the consumer; a core that no configuration names is judged for the Python that it is tried with. */
function resolve(
  client: ClientName,
  { facts, consumers }: { readonly facts: DiagnosisFacts; readonly consumers: readonly ResolvedSource[] },
): ResolvedSource {
  const [python] = facts.sections.pythons.pythons;
  const [context] = variableContexts(facts);
  if (python === undefined || context === undefined) throw new Error('The collectors did not find a stand.');
  const found = consumers.filter(
    ({ consumer }) => consumer.client === client && consumer.python?.path === python.path,
  );
  // Code that says something for this client's calls is what is tried.
  const chosen = found.find(({ consumer }) => consumer.code !== undefined) ?? found[0];
  if (chosen !== undefined) return chosen;
  const { apis } = facts.sections.shotgrid;
  const feature = python.version?.split('.').slice(0, 2).join('.');
  const api = apis.find(({ zipPython }) => zipPython === feature) ?? apis[0] ?? null;
  return resolveSource({ client, python, api, context }, facts);
}
