import type { JobState } from '@trustfleet/protocol';
import {
  acceptEvent,
  AGENT_TRANSITIONS,
  cancelDecision,
  isAccepted,
  isCancellable,
  isFinal,
  isLost,
  isSuperseded,
  moveByServer,
  mustHearCancel,
  newJob,
  nextDelivery,
  waitingTime,
  type JobProgress,
  type JobStep,
} from '../index.ts';

const MINUTE = 60_000;
const LIMITS = { attempts: 3, backoffMs: MINUTE, bakeMs: 10 * MINUTE };
const EXECUTION_MS = 5 * MINUTE;
const DAY = 24 * 60 * MINUTE;
const ORIGIN = Date.parse('2026-11-22T00:00:00Z');

interface Event extends JobStep {
  readonly eventId: string;
}

type Message =
  | { readonly to: 'agent'; readonly kind: 'job' }
  | { readonly to: 'agent'; readonly kind: 'cancel' }
  | { readonly to: 'agent'; readonly kind: 'ack'; readonly eventId: string }
  | { readonly to: 'server'; readonly kind: 'event'; readonly event: Event };

/**
 * One job between a server that decides by this library, a network that loses, repeats and reorders, and an agent whose journal and
 * outbox outlive a crash. It keeps every state that the row ever had.
 */
export class JobWorld {
  row: JobProgress = newJob();
  readonly states: JobState[] = ['queued'];
  /** What the agent says itself of the job; null before it has it. */
  agent: { state: JobState; attempt: number; index: number } | null = null;
  readonly evidence = new Set<string>();
  /** Events that the agent may forget: the server said that it has them. */
  readonly acknowledged = new Set<string>();
  readonly net: Message[] = [];
  private now = ORIGIN;
  private onlineSince: Date | null = null;
  private hostHeld = false;
  private offeredAt: Date | null = null;
  private acceptedAt: Date | null = null;
  private cancelRequestedAt: Date | null = null;
  private outbox: Event[] = [];
  /** In the agent's memory only: a crash forgets it. */
  private told = false;

  // ---- the world ----

  advance(ms: number): void {
    this.now += ms;
  }

  connect(): void {
    this.onlineSince = new Date(this.now);
  }

  disconnect(): void {
    this.onlineSince = null;
  }

  hold(held: boolean): void {
    this.hostHeld = held;
  }

  lose(index: number): void {
    this.net.splice(index % this.net.length, 1);
  }

  repeat(index: number): void {
    const message = this.net[index % this.net.length];
    if (message !== undefined) this.net.push(message);
  }

  /** Any message may come next: they overtake one another. */
  deliver(index: number): void {
    const [message] = this.net.splice(index % this.net.length, 1);
    if (message === undefined) return;
    if (message.to === 'server') this.serverHears(message.event);
    else if (message.kind === 'job') this.agentGetsJob();
    else if (message.kind === 'cancel') this.told = this.agent !== null;
    else this.outbox = this.outbox.filter(({ eventId }) => eventId !== message.eventId);
  }

  // ---- the server ----

  /** One look of the server's clock. */
  sweep(): void {
    const decision = nextDelivery({
      state: this.row.state,
      notBefore: new Date(ORIGIN),
      deliverBy: new Date(ORIGIN + DAY),
      executionTimeoutMs: EXECUTION_MS,
      offeredAt: this.offeredAt,
      onlineSince: this.onlineSince,
      hostHeld: this.hostHeld,
      cancelRequestedAt: this.cancelRequestedAt,
      now: new Date(this.now),
    });
    if (decision.kind === 'done') this.sweepAccepted();
    else if (decision.state !== this.row.state || decision.kind === 'offer') this.move(decision.state);
    if (decision.kind === 'offer') {
      this.offeredAt = new Date(this.now);
      this.net.push({ to: 'agent', kind: 'job' });
    }
    if (decision.kind === 'askToCancel') this.net.push({ to: 'agent', kind: 'cancel' });
  }

  cancel(): void {
    const decision = cancelDecision({ state: this.row.state, offeredAt: this.offeredAt });
    if (decision === 'ended') return;
    this.cancelRequestedAt ??= new Date(this.now);
    if (decision === 'end') this.move('cancelled');
    if (decision === 'ask') this.net.push({ to: 'agent', kind: 'cancel' });
  }

  supersede(): void {
    const now = new Date(this.now);
    const superseded = isSuperseded({
      state: this.row.state,
      mode: 'apply',
      notBefore: new Date(ORIGIN),
      offeredAt: this.offeredAt,
      newer: { mode: 'apply', notBefore: now },
      now,
    });
    if (superseded) this.move('superseded');
  }

  removeHost(): void {
    this.disconnect();
    if (!isFinal(this.row.state)) this.move('hostRemoved');
  }

  /** What a rollout that halts does to a job of its own. */
  halt(): void {
    if (isCancellable(this.row.state)) this.move('halted');
  }

  // ---- the agent ----

  /** One step of its work, told to the outbox. */
  work(choice: number): void {
    const { agent } = this;
    if (agent === null || isFinal(agent.state)) return;
    if (this.told && isCancellable(agent.state)) {
      this.say('cancelled');
      return;
    }
    const ways = (AGENT_TRANSITIONS[agent.state] ?? []).filter(
      (state) => state !== 'retrying' || agent.attempt < LIMITS.attempts,
    );
    if (agent.state === 'retrying') agent.attempt += 1;
    const next = ways[choice % ways.length];
    if (next !== undefined) this.say(next);
  }

  crash(): void {
    this.told = false;
    this.disconnect();
    // Begun anew from the journal: what ran is looked at again (libs/repair `recoverJob`).
    if (this.agent?.state === 'verifying') this.say('planning');
  }

  /** Sends what the server has not acknowledged. */
  flush(): void {
    for (const event of this.outbox) this.net.push({ to: 'server', kind: 'event', event });
  }

  /** Anybody's word in the host's name, without its key. */
  forge(state: JobState): void {
    const index = this.row.lastEventIndex + 1;
    const event = {
      eventId: `forged-${this.net.length}-${this.now}`,
      index,
      attempt: 1,
      state,
      signed: false,
    };
    this.net.push({ to: 'server', kind: 'event', event });
  }

  // ---- its end ----

  /** Network, host and server come to rest: nobody holds the host, and the agent works to its end by these choices. */
  settle(choices: readonly number[]): void {
    this.hold(false);
    for (let round = 0; round < 200 && !isFinal(this.row.state); round += 1) {
      if (this.onlineSince === null) this.connect();
      this.work(choices[round % choices.length] ?? round);
      this.flush();
      this.sweep();
      while (this.net.length > 0) this.deliver(0);
      this.advance(2 * MINUTE);
    }
  }

  /** The host is never heard of again; only the server's clock goes on. */
  fallSilent(): void {
    this.disconnect();
    this.net.length = 0;
    for (let round = 0; round < 10 && !isFinal(this.row.state); round += 1) {
      this.sweep();
      this.advance(DAY);
    }
  }

  private sweepAccepted(): void {
    const lost = isLost(
      {
        state: this.row.state,
        acceptedAt: this.acceptedAt,
        windowMs: waitingTime(LIMITS),
        executionTimeoutMs: EXECUTION_MS,
        attempts: LIMITS.attempts,
      },
      new Date(this.now),
    );
    if (lost) this.move('lost');
    else if (this.cancelRequestedAt !== null && isCancellable(this.row.state))
      this.net.push({ to: 'agent', kind: 'cancel' });
  }

  private move(to: JobState): void {
    const decision = moveByServer(this.row, to);
    if (decision.kind !== 'apply')
      throw new Error(`the server itself decided ${decision.kind}: ${this.row.state} → ${to}`);
    this.take(decision.job);
  }

  private take(row: JobProgress): void {
    this.row = row;
    this.states.push(row.state);
  }

  private serverHears(event: Event): void {
    if (!this.evidence.has(event.eventId)) {
      this.evidence.add(event.eventId);
      const decision = acceptEvent(this.row, event);
      if (decision.kind === 'apply') {
        if (isAccepted(decision.job.state)) this.acceptedAt ??= new Date(this.now);
        this.take(decision.job);
      }
    }
    this.acknowledged.add(event.eventId);
    this.net.push({ to: 'agent', kind: 'ack', eventId: event.eventId });
    const { state } = this.row;
    if (mustHearCancel({ state, cancelRequested: this.cancelRequestedAt !== null, said: event.state }))
      this.net.push({ to: 'agent', kind: 'cancel' });
  }

  private agentGetsJob(): void {
    if (this.agent === null) {
      this.agent = { state: 'offered', attempt: 1, index: 0 };
      this.say('planning');
      return;
    }
    // A job that it holds: answered with its last event (protocol.md "Signed orders and jobs").
    const last = this.outbox.at(-1);
    if (last !== undefined) this.net.push({ to: 'server', kind: 'event', event: last });
  }

  private say(state: JobState): void {
    const { agent } = this;
    if (agent === null) return;
    agent.state = state;
    agent.index += 1;
    const { index, attempt } = agent;
    this.outbox.push({ eventId: `event-${index}`, index, attempt, state, signed: isFinal(state) });
  }
}
