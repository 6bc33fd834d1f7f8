import { randomUUID } from 'node:crypto';
import { runProgram, watchPaths, type Watch } from '@trustfleet/host';
import { pinnedKeySet } from '@trustfleet/agent-link';
import type { KnownSectionName } from '@trustfleet/protocol';
import type { Repair, RepairLog } from '@trustfleet/repair';
import { messageOf } from '@trustfleet/terminal';
import type { Environment } from '../environment.ts';
import { createScanProcess } from '../scan-process.ts';
import { ROUND_SECTIONS, TRUST_SECTIONS, type InventoryCollector, type ScanResult } from '../scan-result.ts';
import { createScanner, type Scanner } from '../scanner.ts';
import { selfCommand } from '../self-command.ts';
import type { ServerClock } from '../server-time.ts';
import type { LoadedIdentity } from '../state/identity.ts';
import { createStatusWriter, type StatusWriter } from '../state/status-file.ts';
import {
  ensureRequestDirectory,
  requestDirectory,
  takeUndoRequests,
  wakePath,
} from '../state/undo-requests.ts';
import { openAllowList, type CurrentAllowList } from './current-allow-list.ts';
import { createCurrentIdentity, type CurrentIdentity } from './current-identity.ts';
import { openEndpointKeeper, type EndpointKeeper } from './endpoint-keeper.ts';
import { createLinkKeeper, type LinkKeeper, type LinkKeeperParts } from './link-keeper.ts';
import { fetchFromServer } from './fetch-from-server.ts';
import { openAgentRepair } from './open-repair.ts';
import { createScanTimer, type ScanTimer } from './scan-timer.ts';
import { openServerClock } from './open-server-clock.ts';
import { openSettingsKeeper, type SettingsKeeper } from './settings-keeper.ts';

const IDLE_LIMIT_MS = 30_000;

export interface AgentOptions {
  readonly stateDir: string;
  readonly allowList: string;
  readonly scanSettings: string;
  readonly root: string;
  readonly env: Environment;
  readonly identity: LoadedIdentity;
  readonly bootId: string;
  readonly log: RepairLog;
  /** Resolves with the reason to stop. */
  readonly stopped: Promise<string>;
}

/** The parts of a running agent; each knows only what it is handed. */
interface Agent {
  readonly options: AgentOptions;
  readonly identity: CurrentIdentity;
  readonly clock: ServerClock;
  readonly status: StatusWriter;
  readonly allowList: CurrentAllowList;
  readonly endpoints: EndpointKeeper;
  readonly collector: InventoryCollector;
}

function openStatus(options: AgentOptions): StatusWriter {
  const at = new Date().toISOString();
  const initial = {
    format: 1 as const,
    pid: process.pid,
    startedAt: at,
    link: 'stopped' as const,
    linkSince: at,
    lastOnlineAt: null,
    reason: null,
    interception: false,
    clockOffsetMs: null,
    lastScanAt: null,
    pendingEvents: 0,
    problems: [],
  };
  return createStatusWriter(options.stateDir, initial, {
    now: () => new Date(),
    onError: (error) => {
      options.log('warn', 'status.json could not be written', { reason: messageOf(error) });
    },
  });
}

function openRepair(
  agent: Agent,
  hooks: { beforeFinal: () => Promise<void>; onEvent: () => void },
): Promise<Repair> {
  const { options } = agent;
  const { link } = options.identity;
  return openAgentRepair({
    stateDir: options.stateDir,
    root: options.root,
    identity: link,
    keySet: () => pinnedKeySet(agent.identity.current()),
    fetchArtifact: fetchFromServer(() => agent.identity.current()),
    allowList: () => agent.allowList.read(),
    serverTime: () => agent.clock.now(),
    beforeFinal: hooks.beforeFinal,
    onEvent: hooks.onEvent,
    proof: {
      ...{ scanSettings: options.scanSettings, env: options.env },
      orders: () => agent.endpoints.orders(),
    },
    log: options.log,
  });
}

/** Takes in what the owner asks for by `trustfleet-agent undo`: at once as a rule, within five seconds where inotify fails. */
async function watchRequests({ options }: Agent, repair: Repair): Promise<Watch> {
  const { stateDir, log } = options;
  await ensureRequestDirectory(stateDir);
  const watch = await watchPaths({
    paths: [requestDirectory(stateDir), wakePath(stateDir)],
    debounceMs: 50,
    pollMs: 5000,
    onChange: () => takeUndoRequests(stateDir, { repair, log }),
    onProblem: (message) => {
      log('warn', 'requests of the owner are only looked for', { reason: message });
    },
  });
  // What was left while no agent ran.
  await takeUndoRequests(stateDir, { repair, log });
  return watch;
}

/** Hands a scan on: to the server what changed, to the watcher what it depends on. */
function takeScan(
  agent: Agent,
  parts: { link: LinkKeeper; watch: Watch | null },
  result: ScanResult,
): Promise<void> {
  parts.link.setInventory(result);
  agent.status.update({ lastScanAt: result.scannedAt });
  for (const problem of result.problems)
    agent.options.log('warn', 'a fact of this machine could not be read', { problem });
  return parts.watch?.update([...result.watch, agent.options.allowList]) ?? Promise.resolve();
}

/** A scan whose failure holds nothing up: it is told, and the next one comes sooner. Answers what it gave, or null. */
async function scanOrTell(
  agent: Pick<Agent, 'options' | 'status'>,
  { scanner, timer, names }: { scanner: Scanner; timer: ScanTimer; names?: readonly KnownSectionName[] },
): Promise<ScanResult | null> {
  try {
    return await scanner.scan(names);
  } catch (error) {
    const reason = messageOf(error);
    agent.options.log('error', 'the scan failed; the last facts stay in force', { reason });
    agent.status.problem(`The scan failed, and is tried again soon: ${reason}`);
    timer.sooner();
    return null;
  }
}

async function startWatch(
  agent: Agent,
  parts: { scanner: Scanner; timer: ScanTimer; link: LinkKeeper; paths: readonly string[] },
): Promise<Watch> {
  const { options } = agent;
  return watchPaths({
    paths: [...parts.paths, options.allowList],
    async onChange(paths) {
      if (paths.includes(options.allowList) && (await agent.allowList.refresh())) {
        options.log('info', 'the allow-list changed', { permits: agent.allowList.current().permits });
        await parts.link.reconnect('the allow-list changed');
      }
      const others = paths.filter((path) => path !== options.allowList);
      if (others.length > 0) {
        options.log('info', 'watched files changed', { paths: others.slice(0, 5) });
        void scanOrTell(agent, parts);
      }
    },
    onProblem: (message) => {
      options.log('warn', 'a directory cannot be watched; it is looked at every half minute instead', {
        reason: message,
      });
    },
  });
}

function openLinkKeeper(
  agent: Agent,
  parts: Pick<LinkKeeperParts, 'repair' | 'scanner' | 'timer' | 'settings'>,
): LinkKeeper {
  const { bootId, log } = agent.options;
  const monotonic = (): number => performance.now();
  return createLinkKeeper({ ...agent, ...parts, bootId, instance: randomUUID(), log, monotonic });
}

function openSettings(agent: Agent, link: () => LinkKeeper): Promise<SettingsKeeper> {
  const { options, identity, status } = agent;
  return openSettingsKeeper({
    stateDir: options.stateDir,
    identity,
    link: {
      tryIdentity: (request) => link().tryIdentity(request),
      setIdentity: (next) => {
        link().setIdentity(next);
      },
      settingsResultsChanged: () => {
        link().settingsResultsChanged();
      },
    },
    log: options.log,
    onProblem: (message) => {
      status.problem(message);
    },
  });
}

/** Lets a job that runs come to its end, for a while; one that does not is taken up again at the next start. */
async function settle(agent: Agent, repair: Repair): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      agent.options.log('warn', 'a job still runs; it will be taken up at the next start');
      resolve();
    }, IDLE_LIMIT_MS);
  });
  await Promise.race([repair.idle(), late]);
  clearTimeout(timer);
}

/** Recovers, scans, connects, and works until `stopped`. */
export async function runAgent(options: AgentOptions): Promise<void> {
  const { identity, log } = options;
  const scansEnd = new AbortController();
  const clock = await openServerClock(options);
  const status = openStatus(options);
  const endpoints = await openEndpointKeeper({
    stateDir: options.stateDir,
    clockOffsetMs: () => clock.offsetMs(),
    onDue: () => {
      void scanOrTell({ options, status }, { scanner, timer, names: ROUND_SECTIONS });
    },
    log,
  });
  const agent: Agent = {
    ...{ options, clock, status, endpoints },
    identity: createCurrentIdentity(options.stateDir, identity),
    allowList: await openAllowList(options.allowList),
    collector: createScanProcess({
      ...{ root: options.root, env: options.env, name: identity.name, scanSettings: options.scanSettings },
      endpoints,
      command: [...selfCommand(), 'collect'],
      runProgram,
      signal: scansEnd.signal,
    }),
  };
  log('info', 'agent started', {
    hostId: identity.link.hostId,
    server: identity.link.address,
    permits: agent.allowList.current().permits,
  });
  const watch: { current: Watch | null } = { current: null };
  const scanner: Scanner = createScanner(agent.collector, (result) =>
    takeScan(agent, { link, watch: watch.current }, result),
  );
  const repair = await openRepair(agent, {
    async beforeFinal() {
      await scanner.scan(TRUST_SECTIONS);
    },
    onEvent: () => {
      agent.status.update({ pendingEvents: repair.pending().length });
      link.jobEventsChanged();
    },
  });
  const timer = createScanTimer(() => {
    void scanOrTell(agent, { scanner, timer });
  });
  const link = openLinkKeeper(agent, { repair, scanner, timer, settings: () => settings });
  const settings = await openSettings(agent, () => link);
  await work(agent, { repair, scanner, timer, link, settings, watch, scansEnd });
}

interface Work {
  readonly repair: Repair;
  readonly scanner: Scanner;
  readonly timer: ScanTimer;
  readonly link: LinkKeeper;
  readonly settings: SettingsKeeper;
  readonly watch: { current: Watch | null };
  readonly scansEnd: AbortController;
}

/** From the first file that is touched to the last that is written. Rejects where the start fails, and leaves nothing running then. */
async function work(agent: Agent, parts: Work): Promise<void> {
  const { repair, scanner, timer, link, settings, watch, scansEnd } = parts;
  let requests: Watch | null = null;
  try {
    await settings.recover();
    await repair.recover();
    requests = await watchRequests(agent, repair);
    const first = await scanOrTell(agent, { scanner, timer });
    watch.current = await startWatch(agent, { scanner, timer, link, paths: first?.watch ?? [] });
    link.start();
    void settings.resume();
    agent.options.log('info', 'agent stops', { reason: await agent.options.stopped });
  } finally {
    // After a start that failed too: a timer that is left would hold a process that does nothing any more.
    timer.stop();
    agent.endpoints.stop();
    watch.current?.stop();
    requests?.stop();
    repair.stop();
    await settle(agent, repair);
    scansEnd.abort();
    settings.stop();
    await link.stop('the agent was stopped');
    await agent.endpoints.flush();
    await agent.status.flush();
  }
}
