import type { ConfiguredEndpoint } from '@trustfleet/protocol';
import type { RepairLog } from '@trustfleet/repair';
import { messageOf } from '@trustfleet/terminal';
import { endpointFacts, type EndpointFacts, type EndpointOrders } from '../judge/endpoint-facts.ts';
import { readEndpoints, writeEndpoints, type StoredEndpoints } from '../state/endpoints-file.ts';

const SOONEST_MS = 60_000;
const LATEST_MS = 3_600_000;
/** After a round that failed. */
const AGAIN_MS = 15 * 60_000;

/** The list of endpoints, what is known of them, and when they are to be visited again. */
export interface EndpointKeeper {
  /** For the next scan. */
  orders(): EndpointOrders;
  /** What an earlier run of this agent left. */
  readonly stored: EndpointFacts | null;
  /** The server's list: kept on disk, so that it counts after a restart too. */
  setConfigured(endpoints: readonly ConfiguredEndpoint[]): Promise<void>;
  /** All that was probed is to be probed again, as soon as the schedule has handshakes left. */
  probeAgain(): void;
  /** What a scan left. */
  take(facts: unknown): void;
  /** Resolves when everything is on disk. */
  flush(): Promise<void>;
  stop(): void;
}

export interface EndpointKeeperParts {
  readonly stateDir: string;
  readonly clockOffsetMs: () => number | null;
  /** Look and probe, where the schedule lets. */
  readonly onDue: () => void;
  readonly log: RepairLog;
}

export async function openEndpointKeeper(parts: EndpointKeeperParts): Promise<EndpointKeeper> {
  let stored = await readStored(parts);
  let again = false;
  let timer: NodeJS.Timeout | undefined;
  let written: Promise<void> = Promise.resolve();
  const save = (): Promise<void> => {
    const now = stored;
    written = written
      .then(() => writeEndpoints(parts.stateDir, now))
      .catch((error: unknown) => {
        parts.log('warn', 'endpoints.json could not be written', { reason: messageOf(error) });
      });
    return written;
  };
  const arm = (wait: number): void => {
    clearTimeout(timer);
    if (stored.configured.length === 0) return;
    timer = setTimeout(
      () => {
        arm(AGAIN_MS);
        parts.onDue();
      },
      Math.min(Math.max(wait, SOONEST_MS), LATEST_MS),
    );
  };
  return {
    stored: stored.facts,
    orders: () => ({
      configured: [...stored.configured],
      probeAgain: again,
      clockOffsetMs: parts.clockOffsetMs(),
    }),
    async setConfigured(configured) {
      if (JSON.stringify(configured) === JSON.stringify(stored.configured)) return;
      stored = { ...stored, configured };
      parts.log('info', 'the list of endpoints changed', { endpoints: configured.length });
      await save();
      // An empty one too: what is known of the others is no longer reported.
      parts.onDue();
    },
    probeAgain: () => {
      again = true;
    },
    take(given) {
      const facts = endpointFacts.safeParse(given);
      if (!facts.success) return;
      again = false;
      const changed = JSON.stringify(facts.data) !== JSON.stringify(stored.facts);
      stored = { ...stored, facts: facts.data };
      if (changed) void save();
      arm(facts.data.nextAt - Date.now());
    },
    flush: () => written,
    stop: () => {
      clearTimeout(timer);
    },
  };
}

/** It holds nothing that could not be had again: a damaged one is left behind. */
async function readStored({ stateDir, log }: EndpointKeeperParts): Promise<StoredEndpoints> {
  try {
    return (await readEndpoints(stateDir)) ?? { configured: [], facts: null };
  } catch (error) {
    log('warn', 'what was known of endpoints is lost; the server tells them again', {
      reason: messageOf(error),
    });
    return { configured: [], facts: null };
  }
}
