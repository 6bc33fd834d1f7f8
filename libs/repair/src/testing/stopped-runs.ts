import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobEvent, JobMessage } from '@trustfleet/protocol';
import type { FaultPoint } from '../ports.ts';
import type { Repair } from '../create-repair.ts';

export interface Journaled {
  readonly events: JobEvent[];
  readonly finals: JobEvent[];
}

/** What the journal of a job says; of the only one where no job is named. Empty where there is none. */
export async function journaled(stateDir: string, jobId?: string): Promise<Journaled> {
  const directory = join(stateDir, 'journal');
  const names = (await readdir(directory)).filter((name) => jobId === undefined || name === jobId);
  if (names.length > 1) throw new Error(`there are ${names.length} jobs`);
  const [name] = names;
  if (name === undefined) return { events: [], finals: [] };
  const lines = (await readFile(join(directory, name, 'journal.jsonl'), 'utf8')).trimEnd().split('\n');
  const entries = lines.map((line) => JSON.parse(line) as { kind: string; event?: JobEvent });
  return {
    events: entries.flatMap((entry) => entry.event ?? []),
    finals: entries.filter((entry) => entry.kind === 'final').flatMap((entry) => entry.event ?? []),
  };
}

type Open = (fault: FaultPoint) => Promise<Repair>;

/** Every point of one undisturbed run, in order. */
export async function pointsOf(open: Open, message: JobMessage): Promise<string[]> {
  const points: string[] = [];
  const repair = await open((point) => void points.push(point));
  await repair.accept(message);
  await repair.idle();
  return points;
}

/** Runs a job until the given point, where everything of this agent stops for good (its files stay as they are). */
export async function runUntil(stop: number, open: Open, message: JobMessage): Promise<void> {
  let passed = 0;
  let reached = (): void => undefined;
  const frozen = new Promise<void>((resolve) => (reached = resolve));
  const repair = await open(() => {
    passed += 1;
    if (passed <= stop) return undefined;
    reached();
    return new Promise<never>(() => undefined);
  });
  void repair.accept(message);
  await frozen;
}
