import { readFileSync } from 'node:fs';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FleetProcess } from './fleet-process.ts';
import { cpuSeconds, cpuSecondsIfAlive, descendants, rssMiB } from './process-facts.ts';
import { onStage, withDatabase, type Stage } from './stage.ts';
import { note, printResult, printTable, round } from './table.ts';

/** Sockets whose memory is measured, and those that ran before so that code and caches are warm. */
const IDLE = 2000;
const WARM = 200;
const CONNECTS_A_SECOND = 150;
/** Sockets that report at once; each waits for its answer. */
const REPORTING = 1000;
const CHANGING = 600;
/** `{"type":"ack","seq":123456}` and the MAC before it. */
const ACK_BYTES = 72;
const SETTLE_MS = 12_000;

async function online(fleet: FleetProcess, count: number): Promise<void> {
  const limit = performance.now() + 90_000;
  for (let state = await fleet.state(); ; state = await fleet.state()) {
    // Each names one section that nobody has: its own `system`.
    if (state.online === count && (state.counts['bodies'] ?? 0) >= count) return;
    if (performance.now() > limit) throw new Error(`Only ${JSON.stringify(state)} of ${count} came online.`);
    await sleep(200);
  }
}

/** Memory moves; the middle of some looks does not. */
async function settledRss(pid: number): Promise<number> {
  await sleep(SETTLE_MS);
  const looks: number[] = [];
  for (let look = 0; look < 5; look += 1) {
    looks.push(rssMiB(pid));
    await sleep(300);
  }
  return looks.sort((a, b) => a - b)[2] ?? Number.NaN;
}

async function kibPerConnection({
  server,
  fleet,
  fleetName,
  view,
}: Stage): Promise<{ kib: number; rss: number }> {
  note(`${WARM} agents come and go, then ${IDLE} come and stay …`);
  const warm = new FleetProcess();
  try {
    await warm.ask({ do: 'fleet', server: view, fleet: fleetName, from: IDLE, count: WARM });
    await warm.ask({ do: 'start', perSecond: CONNECTS_A_SECOND });
    await online(warm, WARM);
  } finally {
    warm.end();
  }
  const without = await settledRss(server.pid);
  await fleet.ask({ do: 'fleet', server: view, fleet: fleetName, from: 0, count: IDLE });
  await fleet.ask({ do: 'start', perSecond: CONNECTS_A_SECOND });
  await online(fleet, IDLE);
  const rss = await settledRss(server.pid);
  return { kib: ((rss - without) * 1024) / IDLE, rss };
}

interface Rate {
  readonly perSecond: number;
  /** CPU of the server's process for one report, microseconds. */
  readonly serverMicros: number;
}

async function rated(pid: number, seconds: number, measure: () => Promise<number>): Promise<Rate> {
  const before = cpuSeconds(pid);
  const started = performance.now();
  const perSecond = await measure();
  const share = (cpuSeconds(pid) - before) / ((performance.now() - started) / 1000);
  note(`  ${perSecond.toFixed(0)}/s, ${(share * 100).toFixed(0)} % of a core in ${seconds} s`);
  return { perSecond, serverMicros: (share / perSecond) * 1e6 };
}

async function bareEchoServer(stage: Stage): Promise<{ pid: number; address: string; end: () => void }> {
  const key = path.join(stage.dataDir, 'keys/agent-tls.pem');
  const child = fork(path.join(import.meta.dirname, 'bare-echo-server.ts'), [key, String(ACK_BYTES)]);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { pid: child.pid ?? 0, address: `https://127.0.0.1:${port}`, end: () => child.kill() };
}

const mean = (rates: readonly Rate[], pick: keyof Rate): number =>
  rates.reduce((sum, rate) => sum + rate[pick], 0) / rates.length;

/** Ours and the bare echo by turns, so that both meet the same machine. */
async function unchanged(stage: Stage): Promise<{ ours: Rate; bare: Rate }> {
  const { fleet, server, view } = stage;
  const timing = { agents: REPORTING, warmUpSeconds: 1.5, seconds: 5 };
  const frameBytes = await fleet.number({ do: 'reportBytes' });
  const echo = await bareEchoServer(stage);
  const rates: { ours: Rate[]; bare: Rate[] } = { ours: [], bare: [] };
  try {
    for (let turn = 0; turn < 2; turn += 1) {
      note('unchanged reports …');
      rates.ours.push(
        await rated(server.pid, timing.seconds, () =>
          fleet.number({ do: 'load', kind: 'unchanged', ...timing }),
        ),
      );
      note('bare ws echo …');
      const request = { do: 'bareEcho', server: { ...view, address: echo.address }, frameBytes, ...timing };
      rates.bare.push(await rated(echo.pid, timing.seconds, () => fleet.number(request)));
    }
  } finally {
    echo.end();
  }
  const both = (list: readonly Rate[]): Rate => ({
    perSecond: mean(list, 'perSecond'),
    serverMicros: mean(list, 'serverMicros'),
  });
  return { ours: both(rates.ours), bare: both(rates.bare) };
}

async function changed({ fleet, server, dataDir }: Stage): Promise<Rate> {
  const load = { do: 'load', kind: 'pythons', agents: CHANGING, warmUpSeconds: 3, seconds: 12 };
  note('changed reports …');
  // It is no child of the server that started it: it outlives that one's crash.
  const postmaster = Number(
    readFileSync(path.join(dataDir, 'pg/cluster/postmaster.pid'), 'utf8').split('\n')[0],
  );
  const database = [postmaster, ...descendants(postmaster)];
  const before = database.map((pid) => cpuSecondsIfAlive(pid) ?? 0);
  const rate = await rated(server.pid, load.seconds, () => fleet.number(load));
  const used = database.reduce((sum, pid, index) => {
    const start = before[index] ?? 0;
    return sum + (cpuSecondsIfAlive(pid) ?? start) - start;
  }, 0);
  note(`  PostgreSQL: ${((used / (load.seconds + load.warmUpSeconds)) * 100).toFixed(0)} % of a core`);
  return rate;
}

async function storedBodies(url: string): Promise<number> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: string }>(
      `SELECT count(*) FROM section_body WHERE name = 'pythons'`,
    );
    return Number(rows[0]?.count);
  } finally {
    await client.end();
  }
}

async function main(stage: Stage): Promise<void> {
  const { server, fleet, dataDir } = stage;
  await server.start();
  const memory = await kibPerConnection(stage);
  const echo = await unchanged(stage);
  const bodiesBefore = (await fleet.state()).counts['bodies'] ?? 0;
  const reports = await changed(stage);
  const sent = ((await fleet.state()).counts['bodies'] ?? 0) - bodiesBefore;
  await server.end('SIGTERM');
  note('bare SQL …');
  const [stored, bareSql] = await withDatabase(dataDir, async (url) => [
    await storedBodies(url),
    await fleet.number({ do: 'bareSql', databaseUrl: url, kind: 'pythons', seconds: 6 }),
  ]);
  // Those under way at the end may be lost with the server; nothing else may.
  if (stored < sent - CHANGING) throw new Error(`${sent} bodies were sent, ${stored} are stored.`);
  const ratio = echo.ours.perSecond / echo.bare.perSecond;
  const cpuRatio = echo.bare.serverMicros / echo.ours.serverMicros;
  printTable([
    {
      what: 'memory per TLS connection',
      figure: `${memory.kib.toFixed(1)} KiB`,
      limit: 'goal ≤ 64 KiB',
      ratio: (memory.kib / 64).toFixed(2),
    },
    {
      what: 'unchanged reports a second',
      figure: echo.ours.perSecond.toFixed(0),
      limit: `${echo.bare.perSecond.toFixed(0)} bare ws echo, goal ≥ half`,
      ratio: ratio.toFixed(2),
    },
    {
      what: 'server CPU an unchanged report',
      figure: `${echo.ours.serverMicros.toFixed(1)} µs`,
      limit: `${echo.bare.serverMicros.toFixed(1)} µs bare ws echo`,
      ratio: cpuRatio.toFixed(2),
    },
    {
      what: 'changed reports a second (10 KB, stored)',
      figure: reports.perSecond.toFixed(0),
      limit: `${bareSql.toFixed(0)} bare SQL, goal ≥ 1500`,
      ratio: (reports.perSecond / bareSql).toFixed(2),
    },
  ]);
  printResult({
    bench: 'gateway',
    connections: IDLE,
    kibPerConnectionTls: round(memory.kib, 1),
    rssMiB: round(memory.rss),
    unchangedReportsPerSecond: round(echo.ours.perSecond),
    bareWsEchoPerSecond: round(echo.bare.perSecond),
    unchangedRatioToBareWs: round(ratio, 2),
    unchangedCpuRatioToBareWs: round(cpuRatio, 2),
    changedReportsPerSecond: round(reports.perSecond),
    bareSqlInsertsPerSecond: round(bareSql),
  });
}

await onStage(IDLE + WARM, main);
// A socket of a bare client may linger; everything is told.
process.exit(0);
