import { freemem, uptime } from 'node:os';
import {
  createAgentLink,
  type AgentLink,
  type HeartbeatFacts,
  type InventorySection,
  type LinkHandlers,
  type LinkState,
} from '@trustfleet/agent-link';
import { MAX_KEEPER_PATHS } from '@trustfleet/protocol';
import type { AllowList, Repair, RepairLog } from '@trustfleet/repair';
import { messageOf } from '@trustfleet/terminal';
import { ROUND_SECTIONS, type ScanResult } from '../scan-result.ts';
import type { Scanner } from '../scanner.ts';
import type { ServerClock } from '../server-time.ts';
import type { StatusWriter } from '../state/status-file.ts';
import { AGENT_VERSION } from '../version.ts';
import type { CurrentAllowList } from './current-allow-list.ts';
import type { CurrentIdentity } from './current-identity.ts';
import type { EndpointKeeper } from './endpoint-keeper.ts';
import type { ScanTimer } from './scan-timer.ts';
import type { SettingsKeeper } from './settings-keeper.ts';

export interface LinkKeeperParts {
  readonly identity: CurrentIdentity;
  /** Asked when the link is opened: the two need each other. */
  readonly settings: () => SettingsKeeper;
  readonly bootId: string;
  /** Of this run of the program. */
  readonly instance: string;
  readonly log: RepairLog;
  readonly clock: ServerClock;
  readonly monotonic: () => number;
  readonly status: StatusWriter;
  readonly allowList: CurrentAllowList;
  readonly repair: Repair;
  readonly scanner: Scanner;
  readonly timer: ScanTimer;
  readonly endpoints: EndpointKeeper;
}

/** The connection to the server, with what the rest of the agent tells it. */
export interface LinkKeeper extends Pick<
  AgentLink,
  'tryIdentity' | 'setIdentity' | 'settingsResultsChanged'
> {
  start(): void;
  setInventory(result: ScanResult): void;
  jobEventsChanged(): void;
  /** Connects anew, so that `hello` says what changed. */
  reconnect(reason: string): Promise<void>;
  stop(reason: string): Promise<void>;
}

function noteState(parts: LinkKeeperParts, state: LinkState): void {
  const at = new Date().toISOString();
  parts.log('info', 'link', { state: state.name, ...('reason' in state ? { reason: state.reason } : {}) });
  parts.status.update({
    link: state.name,
    linkSince: at,
    reason: state.name === 'waiting' ? state.reason : null,
    ...(state.name === 'online' ? { lastOnlineAt: at, interception: state.interception } : {}),
  });
}

function handlersFor(parts: LinkKeeperParts): LinkHandlers {
  const { repair, log } = parts;
  let wasOnline = false;
  return {
    onJob: (message) => repair.accept(message),
    onCancel: (jobId) => repair.cancel(jobId),
    onSettings: (message) => parts.settings().handle(message),
    onEndpoints: (endpoints) => parts.endpoints.setConfigured(endpoints),
    async onRequest(what) {
      try {
        if (what === 'probe') parts.endpoints.probeAgain();
        await parts.scanner.scan(what === 'probe' ? ROUND_SECTIONS : undefined);
      } catch (error) {
        log('error', 'the scan that the server asked for failed', { reason: messageOf(error) });
      }
    },
    async onWelcome({ time, scanIntervalMs }) {
      parts.timer.setInterval(scanIntervalMs);
      await parts.clock.set(time.serverTime);
      parts.status.update({ clockOffsetMs: parts.clock.offsetMs() });
    },
    onState: (state) => {
      if (wasOnline) parts.status.update({ lastOnlineAt: new Date().toISOString() });
      wasOnline = state.name === 'online';
      noteState(parts, state);
    },
    onProblem: ({ code, message }) => {
      log('warn', message, { code });
      parts.status.problem(message);
    },
  };
}

/** status.json is written anew (and to disk) only when the clock moved by more than this. */
const NOTABLE_CLOCK_MS = 5_000;

function heartbeatFacts({ clock, status }: LinkKeeperParts): HeartbeatFacts {
  const facts = { uptimeSeconds: Math.floor(uptime()), freeMemoryBytes: freemem() };
  const clockOffsetMs = clock.offsetMs();
  if (clockOffsetMs === null) return facts;
  if (Math.abs(clockOffsetMs - (status.current().clockOffsetMs ?? 0)) > NOTABLE_CLOCK_MS)
    status.update({ clockOffsetMs });
  return { ...facts, clockOffsetMs };
}

/** What `hello` tells of them has to fit into a frame before the handshake; paths in full or not at all. */
const MAX_KEEPER_TEXT = 4096;

function keeperOf({ rules }: AllowList): { keeper?: string[] } {
  let room = MAX_KEEPER_TEXT;
  const keeper = (rules?.keeper ?? [])
    .slice(0, MAX_KEEPER_PATHS)
    .filter((path) => (room -= path.length) >= 0);
  return keeper.length === 0 ? {} : { keeper };
}

function openLink(parts: LinkKeeperParts): AgentLink {
  const { allowList, repair, status } = parts;
  return createAgentLink({
    identity: parts.identity.current(),
    hello: () => ({
      agentVersion: AGENT_VERSION,
      bootId: parts.bootId,
      instance: parts.instance,
      capabilities: ['trustStore.addAnchor'],
      permits: [...allowList.current().permits],
      allowListDigest: allowList.current().digest,
      ...keeperOf(allowList.current()),
    }),
    certificates: {
      find: (fingerprints) => {
        const known = parts.scanner.last()?.certificates ?? new Map<string, Uint8Array>();
        return Promise.resolve(
          new Map(
            fingerprints.flatMap((print) => {
              const der = known.get(print);
              return der === undefined ? [] : [[print, der] as const];
            }),
          ),
        );
      },
    },
    outbox: {
      pending: () => Promise.resolve(repair.pending()),
      async acknowledge(eventIds) {
        await repair.acknowledge(eventIds);
        status.update({ pendingEvents: repair.pending().length });
      },
    },
    settingsResults: parts.settings().results,
    handlers: handlersFor(parts),
    heartbeat: () => heartbeatFacts(parts),
    clock: {
      now: parts.monotonic,
      wallTime: () => new Date(),
      after(ms, callback) {
        const timer = setTimeout(callback, ms);
        return () => {
          clearTimeout(timer);
        };
      },
    },
  });
}

export function createLinkKeeper(parts: LinkKeeperParts): LinkKeeper {
  let link: AgentLink | null = null;
  let sections: {
    readonly encoded: ReadonlyMap<string, InventorySection>;
    readonly scannedAt: string;
  } | null = null;
  let stopped = false;
  const open = (): void => {
    link = openLink(parts);
    if (sections !== null) link.setInventory(sections.encoded, sections.scannedAt);
    link.start();
  };
  return {
    start: open,
    setInventory(result) {
      sections = result;
      link?.setInventory(result.encoded, result.scannedAt);
    },
    jobEventsChanged: () => link?.jobEventsChanged(),
    tryIdentity: (request) => link?.tryIdentity(request) ?? Promise.resolve({ outcome: 'stopped' }),
    setIdentity: (identity) => link?.setIdentity(identity),
    settingsResultsChanged: () => link?.settingsResultsChanged(),
    async reconnect(reason) {
      if (link === null) return;
      await link.stop(reason);
      // The agent may have been stopped meanwhile: nobody would stop the new one.
      if (!stopped) open();
    },
    async stop(reason) {
      stopped = true;
      await link?.stop(reason);
    },
  };
}
