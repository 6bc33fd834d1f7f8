import {
  applyCandidate,
  type AgentIdentity,
  type AgentLink,
  type SettingsResultStore,
} from '@trustfleet/agent-link';
import type { SettingsMessage, SettingsResult } from '@trustfleet/protocol';
import type { RepairLog } from '@trustfleet/repair';
import { messageOf } from '@trustfleet/terminal';
import {
  readCandidate,
  readResults,
  removeCandidate,
  writeCandidate,
  writeResults,
  type StoredCandidate,
} from '../state/settings-files.ts';
import type { CurrentIdentity } from './current-identity.ts';

/** Points of a change's way, in this order; a test ends the agent at each. */
export const SETTINGS_POINTS = [
  'candidateWritten',
  'welcomed',
  'decided',
  'identityWritten',
  'resultWritten',
  'candidateRemoved',
] as const;
export type SettingsPoint = (typeof SETTINGS_POINTS)[number];

export interface SettingsKeeperParts {
  readonly stateDir: string;
  readonly identity: CurrentIdentity;
  readonly link: Pick<AgentLink, 'tryIdentity' | 'setIdentity' | 'settingsResultsChanged'>;
  readonly log: RepairLog;
  /** For `trustfleet-agent status`. */
  readonly onProblem: (message: string) => void;
  /** Default: 3 tries within 60 s, the first wait up to 2 s. */
  readonly tries?: { readonly most: number; readonly withinMs: number; readonly firstWaitMs: number };
  readonly fault?: (point: SettingsPoint) => void | Promise<void>;
}

/** Carries out the server's `settings`: candidate → verify → keep or revert, and safe to be cut off anywhere (protocol.md, "Messages"). */
export interface SettingsKeeper {
  /** Before the link starts: what was decided before the last end is carried out. */
  recover(): Promise<void>;
  /** After the link started: a candidate whose trial was cut off is tried again. */
  resume(): Promise<void>;
  /** Resolves when the outcome stands. */
  handle(message: SettingsMessage): Promise<void>;
  readonly results: SettingsResultStore;
  /** Nothing is tried any more; what is under way is left to the next start. */
  stop(): void;
}

type Outcome = Pick<SettingsResult, 'id' | 'outcome' | 'detail'>;

/** libs/protocol `shortText`. */
const MAX_DETAIL_CHARS = 512;
const DEFAULT_TRIES = { most: 3, withinMs: 60_000, firstWaitMs: 2_000 };

export async function openSettingsKeeper(parts: SettingsKeeperParts): Promise<SettingsKeeper> {
  const keeper = new Keeper(parts, await readable(parts, () => readResults(parts.stateDir), []));
  return {
    recover: () => keeper.recover(),
    resume: () => keeper.resume(),
    handle: (message) => keeper.handle(message),
    results: {
      pending: () => Promise.resolve(keeper.results),
      acknowledge: (ids) => keeper.acknowledge(ids),
    },
    stop: () => {
      keeper.stop();
    },
  };
}

/** What is damaged here is as good as lost: identity.json is whole in any case, and the server asks again. */
async function readable<T>({ log }: SettingsKeeperParts, read: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    log('warn', 'a file of a change of this host’s connection could not be read', {
      reason: messageOf(error),
    });
    return otherwise;
  }
}

class Keeper {
  readonly #parts: SettingsKeeperParts;
  readonly #stopped = new AbortController();
  results: SettingsResult[];
  /** Id of the change that is under way. */
  #busy: string | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: SettingsKeeperParts, results: SettingsResult[]) {
    this.#parts = parts;
    this.results = results;
  }

  stop(): void {
    this.#stopped.abort();
  }

  async recover(): Promise<void> {
    const candidate = await this.#stored();
    if (candidate !== null && candidate.state !== 'trying') await this.#carryOut(candidate);
  }

  async resume(): Promise<void> {
    const candidate = await this.#stored();
    if (candidate === null || this.#busy !== null) return;
    this.#busy = candidate.id;
    await this.#see(candidate);
  }

  async handle({ id, candidate: wanted }: SettingsMessage): Promise<void> {
    if (this.results.some((result) => result.id === id)) {
      this.#parts.link.settingsResultsChanged();
      return;
    }
    if (this.#busy === id) return;
    if (this.#busy !== null) {
      await this.#record({ id, outcome: 'refused', detail: 'Another change is being tried.' });
      return;
    }
    this.#busy = id;
    const applied = applyCandidate(this.#parts.identity.current(), wanted);
    if (!applied.ok) {
      this.#busy = null;
      await this.#record({ id, outcome: 'refused', detail: applied.detail });
      return;
    }
    const { address, secret, caCertificate, keySet = null } = applied.identity;
    await this.#see({
      format: 1,
      id,
      state: 'trying',
      detail: null,
      needsTrial: applied.needsTrial,
      caMustFit: wanted.caCertificate !== undefined,
      next: { address, secret, caCertificate, keySet },
    });
  }

  async acknowledge(ids: readonly string[]): Promise<void> {
    if (!this.results.some(({ id }) => ids.includes(id))) return;
    await this.#rewrite((results) => results.filter(({ id }) => !ids.includes(id)));
  }

  /** One after the other: an acknowledgement may come while an outcome is being written, and must not drop it. */
  #rewrite(change: (results: readonly SettingsResult[]) => SettingsResult[]): Promise<void> {
    const written = this.#writing.then(async () => {
      this.results = await writeResults(this.#parts.stateDir, change(this.results));
    });
    // Whoever calls hears of the failure; here it only ends the turn.
    this.#writing = written.catch(() => undefined);
    return written;
  }

  #stored(): Promise<StoredCandidate | null> {
    return readable(this.#parts, () => readCandidate(this.#parts.stateDir), null);
  }

  /** From the first note on disk to the outcome. What cannot be written stays as it stands there, for the next start. */
  async #see(candidate: StoredCandidate): Promise<void> {
    const { stateDir, log, onProblem } = this.#parts;
    try {
      await writeCandidate(stateDir, candidate);
      await this.#reach('candidateWritten');
      const decided = candidate.needsTrial
        ? await this.#try(candidate)
        : await this.#decide({ ...candidate, state: 'kept' });
      if (decided !== null) await this.#carryOut(decided);
    } catch (error) {
      log('error', 'a change of this host’s connection could not be carried out', {
        reason: messageOf(error),
      });
      onProblem(`A change of this host’s connection waits for the next start: ${messageOf(error)}`);
    } finally {
      this.#busy = null;
    }
  }

  /** Null when it was cut off by the agent's end. */
  async #try(candidate: StoredCandidate): Promise<StoredCandidate | null> {
    const { most, withinMs, firstWaitMs } = this.#parts.tries ?? DEFAULT_TRIES;
    const deadline = performance.now() + withinMs;
    const kept: StoredCandidate = { ...candidate, state: 'kept' };
    let detail = 'it could not be tried: the connection was being set up anew all the time';
    for (let failures = 0; failures < most && performance.now() < deadline;) {
      const trial = await this.#tryOnce(kept);
      if (this.#stopped.signal.aborted && trial.outcome !== 'kept') return null;
      if (trial.outcome === 'kept') return kept;
      if (trial.outcome === 'failed') {
        failures += 1;
        detail = trial.problem.message;
        if (failures === most) break;
      }
      await this.#sleep(firstWaitMs * 2 ** failures * (0.5 + Math.random() / 2));
      if (this.#stopped.signal.aborted) return null;
    }
    return this.#decide({ ...candidate, state: 'reverted', detail: detail.slice(0, MAX_DETAIL_CHARS) });
  }

  #tryOnce(kept: StoredCandidate): ReturnType<AgentLink['tryIdentity']> {
    const identity = this.#identityOf(kept);
    return this.#parts.link.tryIdentity({
      identity,
      caMustFit: kept.caMustFit,
      keep: async () => {
        await this.#reach('welcomed');
        await this.#decide(kept);
        this.#parts.identity.set(identity);
      },
    });
  }

  /** The point of no return: from here on, also after a crash, this outcome is carried out. */
  async #decide(candidate: StoredCandidate): Promise<StoredCandidate> {
    await writeCandidate(this.#parts.stateDir, candidate);
    await this.#reach('decided');
    return candidate;
  }

  /** May be done again and again. */
  async #carryOut(candidate: StoredCandidate): Promise<void> {
    const { stateDir, identity, link } = this.#parts;
    const { id, state, detail } = candidate;
    if (state === 'kept') {
      const next = this.#identityOf(candidate);
      await identity.save(next);
      link.setIdentity(next);
      await this.#reach('identityWritten');
    }
    await this.#record({ id, outcome: state === 'kept' ? 'kept' : 'reverted', detail });
    await this.#reach('resultWritten');
    await removeCandidate(stateDir);
    await this.#reach('candidateRemoved');
  }

  #identityOf({ next }: StoredCandidate): AgentIdentity {
    return { ...this.#parts.identity.current(), ...next };
  }

  async #record({ id, outcome, detail: reason }: Outcome): Promise<void> {
    const { log, link, onProblem } = this.#parts;
    // Longer than its contract allows, it could neither be sent nor read again.
    const detail = reason?.slice(0, MAX_DETAIL_CHARS) ?? null;
    const result: SettingsResult = { type: 'settingsResult', id, outcome, detail };
    await this.#rewrite((results) => [...results.filter((other) => other.id !== id), result]);
    link.settingsResultsChanged();
    if (outcome === 'kept') {
      log('info', 'the server changed this host’s connection', { id });
      return;
    }
    log('warn', 'a change of this host’s connection was not kept', { id, outcome, reason: detail });
    onProblem(
      `The server asked for a change of this host’s connection, which was ${outcome}: ${detail ?? 'no reason'}`,
    );
  }

  async #reach(point: SettingsPoint): Promise<void> {
    await this.#parts.fault?.(point);
  }

  #sleep(ms: number): Promise<void> {
    const { signal } = this.#stopped;
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
