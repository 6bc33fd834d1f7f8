import { isDeepStrictEqual } from 'node:util';
import type { JobEvent } from '@trustfleet/protocol';
import type { Scenario } from './scenarios.ts';

/** What one journal says. */
export interface Journaled {
  readonly jobId: string;
  /** Asked for by the host's owner: no server hears of it. */
  readonly owners: boolean;
  readonly events: readonly JobEvent[];
  readonly finals: readonly JobEvent[];
}

function problemsOf(journal: Journaled): string[] {
  const { jobId, events, finals } = journal;
  const problems: string[] = [];
  if (finals.length !== 1) problems.push(`job ${jobId} has ${finals.length} final states`);
  if (events.some((event, index) => event.index !== index + 1))
    problems.push(`job ${jobId}: events ${events.map(({ index }) => index).join(' ')}`);
  if (new Set(events.map(({ eventId }) => eventId)).size !== events.length)
    problems.push(`job ${jobId} names an event twice`);
  return problems;
}

/** What the server took in and acknowledged, beside what the host's journals say: nothing lost, nothing made up. */
function comparedWithServer(journals: readonly Journaled[], received: readonly JobEvent[]): string[] {
  const told = new Map<string, JobEvent>();
  const problems: string[] = [];
  for (const event of received) {
    const before = told.get(event.eventId);
    if (before !== undefined && !isDeepStrictEqual(before, event))
      problems.push(`event ${event.eventId} came twice and differs`);
    told.set(event.eventId, event);
  }
  const written = new Map(
    journals
      .filter(({ owners }) => !owners)
      .flatMap(({ events }) => events.map((event) => [event.eventId, event])),
  );
  for (const [id, event] of told) {
    if (!isDeepStrictEqual(written.get(id), event))
      problems.push(
        `the server acknowledged ${event.state} (event ${event.index}), and the journal does not hold it`,
      );
  }
  for (const [id, event] of written)
    if (!told.has(id)) problems.push(`${event.state} (event ${event.index}) never came to the server`);
  return problems;
}

export interface Ends {
  /** The store before the wish, and with the wish fulfilled. */
  readonly before: string;
  readonly done: string;
}

export interface Ended {
  readonly scenario: Scenario;
  readonly ends: Ends;
  readonly store: string;
  readonly journals: readonly Journaled[];
  /** Everything that the server took in, in the order in which it came. */
  readonly received: readonly JobEvent[];
}

/** A wish ends fulfilled, or with the store as before: nothing in between. */
function endProblems({ scenario, ends, store }: Ended, final: JobEvent | undefined): string[] {
  if (final === undefined) return ['it did not end'];
  const { state, undone } = final;
  if (scenario.done.includes(state))
    return store === ends.done ? [] : [`${state}, and the store is not as it should be:\n${store}`];
  if (!scenario.undone.includes(state)) return [`it ended as ${state}: ${final.detail ?? ''}`];
  if (undone === false) return [`${state} without having undone`];
  return store === ends.before ? [] : [`${state}, and the store is not as before:\n${store}`];
}

/** What is wrong with how a scenario ended; empty when all is well. Also answers the wish's final state. */
export function judgeEnd(ended: Ended): { readonly state: string; readonly problems: string[] } {
  const { scenario, journals, received } = ended;
  const final = journals.find(({ jobId }) => jobId === scenario.wish.jobId)?.finals[0];
  return {
    state: final?.state ?? 'none',
    problems: [
      ...journals.flatMap(problemsOf),
      ...comparedWithServer(journals, received),
      ...endProblems(ended, final),
    ],
  };
}
