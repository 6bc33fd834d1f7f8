import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile, writeJsonFile } from './json-file.ts';

const statusFile = z.strictObject({
  format: z.literal(1),
  pid: z.int().positive(),
  startedAt: z.iso.datetime(),
  link: z.enum(['stopped', 'connecting', 'online', 'waiting']),
  /** When the link came into that state. */
  linkSince: z.iso.datetime(),
  /** Last moment at which it was online; null when it never was. */
  lastOnlineAt: z.iso.datetime().nullable(),
  /** Why it waits, for a person. */
  reason: z.string().nullable(),
  interception: z.boolean(),
  /** This machine's wall clock minus server time; null where that is not known. */
  clockOffsetMs: z.int().nullable().default(null),
  lastScanAt: z.iso.datetime().nullable(),
  pendingEvents: z.int().nonnegative(),
  /** The last problems, oldest first. */
  problems: z.array(z.strictObject({ at: z.iso.datetime(), message: z.string() })).max(10),
});
/** What `run` tells `status`. */
export type AgentStatus = z.infer<typeof statusFile>;

const pathOf = (stateDir: string): string => join(stateDir, 'status.json');

export const readStatus = (stateDir: string): Promise<AgentStatus | null> =>
  readJsonFile(pathOf(stateDir), statusFile);

export interface StatusWriter {
  /** Merges into what is known and writes it soon; the last call wins. */
  update(change: Partial<AgentStatus>): void;
  problem(message: string): void;
  /** As last updated, whether it is written yet or not. */
  current(): AgentStatus;
  /** Writes what is left. */
  flush(): Promise<void>;
}

/** Keeps status.json; writes follow one another, and changes that come meanwhile go out together. */
export function createStatusWriter(
  stateDir: string,
  initial: AgentStatus,
  options: { now: () => Date; onError: (error: unknown) => void },
): StatusWriter {
  let status = initial;
  let dirty = true;
  let writing: Promise<void> | null = null;
  const write = async (): Promise<void> => {
    while (dirty) {
      dirty = false;
      await writeJsonFile(pathOf(stateDir), status);
    }
  };
  const schedule = (): void => {
    dirty = true;
    writing ??= write()
      .catch(options.onError)
      .finally(() => {
        writing = null;
      });
  };
  return {
    update(change) {
      status = { ...status, ...change };
      schedule();
    },
    problem(message) {
      status = {
        ...status,
        problems: [...status.problems, { at: options.now().toISOString(), message }].slice(-10),
      };
      schedule();
    },
    current: () => status,
    async flush() {
      schedule();
      await writing;
    },
  };
}
