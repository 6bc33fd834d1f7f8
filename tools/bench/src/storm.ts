import { setTimeout as sleep } from 'node:timers/promises';
import type { FleetState } from './fleet-process.ts';
import { rssMiB } from './process-facts.ts';
import { onStage, type Stage } from './stage.ts';
import { note, printResult, printTable, round } from './table.ts';

const AGENTS = 5000;
/** At first; below what the hub admits. */
const CONNECTS_A_SECOND = 250;
const FIRST_LIMIT_MS = 300_000;
const BACK_LIMIT_MS = 300_000;
const SETTLE_MS = 5_000;

/** Until `done`, or fails with the last state. */
async function waitFor(
  { fleet }: Stage,
  limitMs: number,
  done: (state: FleetState) => boolean,
): Promise<FleetState> {
  const limit = performance.now() + limitMs;
  for (let state = await fleet.state(); ; state = await fleet.state()) {
    if (done(state)) return state;
    if (performance.now() > limit) throw new Error(`Never came: ${JSON.stringify(state)}`);
    await sleep(100);
  }
}

async function firstTime(stage: Stage): Promise<FleetState> {
  const { server, fleet, fleetName, view } = stage;
  await server.start();
  note(`${AGENTS} agents come for the first time …`);
  await fleet.ask({ do: 'fleet', server: view, fleet: fleetName, from: 0, count: AGENTS });
  await fleet.ask({ do: 'start', perSecond: CONNECTS_A_SECOND });
  // Each brings one body of its own; the rest is known after the first ones.
  return await waitFor(
    stage,
    FIRST_LIMIT_MS,
    ({ online, counts }) => online === AGENTS && (counts['bodies'] ?? 0) >= AGENTS,
  );
}

/** Between two states. */
function since(before: FleetState, after: FleetState, count: string): number {
  return (after.counts[count] ?? 0) - (before.counts[count] ?? 0);
}

async function main(stage: Stage): Promise<void> {
  const { server, fleet } = stage;
  await firstTime(stage);
  await sleep(SETTLE_MS);
  const before = await fleet.state();
  note('the server is killed and started again …');
  await server.end('SIGKILL');
  const killed = performance.now();
  await server.spawn();
  const listening = performance.now();
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, rssMiB(server.pid));
  }, 250);
  let seconds: number;
  let back: FleetState;
  try {
    back = await waitFor(
      stage,
      BACK_LIMIT_MS,
      // Every socket is a new one and proved: nobody is counted who was not lost, or was lost again.
      (state) => state.online === AGENTS && since(before, state, 'connected') >= AGENTS,
    );
    seconds = (performance.now() - listening) / 1000;
    // What is asked of those who came last arrives within this.
    await sleep(SETTLE_MS);
  } finally {
    clearInterval(watch);
  }
  const after = await fleet.state();
  const bodies = since(before, after, 'bodies');
  const rss = rssMiB(server.pid);
  printTable([
    {
      what: `seconds until ${AGENTS} agents are back`,
      figure: seconds.toFixed(1),
      limit: '30 s is the spread that the protocol orders, goal ≤ 45',
      ratio: (seconds / 45).toFixed(2),
    },
    { what: 'bodies sent again', figure: String(bodies), limit: 'goal 0', ratio: '' },
    {
      what: 'memory of the server',
      figure: `${rss.toFixed(0)} MiB`,
      limit: `peak ${peak.toFixed(0)} MiB, goal ≤ 450 MiB`,
      ratio: (rss / 450).toFixed(2),
    },
  ]);
  printResult({
    bench: 'storm',
    agents: AGENTS,
    secondsToAllBack: round(seconds, 1),
    secondsFromKillToListen: round((listening - killed) / 1000, 1),
    refusedUpgrades: since(before, back, 'refused'),
    bodiesSent: bodies,
    reportsSent: since(before, after, 'reports'),
    rssMiB: round(Math.max(rss, peak)),
    rssSettledMiB: round(rss),
  });
}

await onStage(AGENTS, main);
process.exit(0);
