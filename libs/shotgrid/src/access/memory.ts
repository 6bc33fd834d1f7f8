import type { ShotgridMemory } from '../types.ts';

/** Values by what they were read from; one that was not asked for during a whole discovery is forgotten at its end. */
export interface Memory {
  /** Undefined where nothing is known, or the file has changed since. */
  recall(key: string, identity: string): unknown;
  keep(key: string, entry: { readonly identity: string; readonly value: unknown }): void;
  /** Ends a discovery. */
  settle(): void;
  export(): ShotgridMemory;
}

const MOST = 20_000;

export function createMemory(given?: ShotgridMemory): Memory {
  let past = new Map<string, { identity: string; value: unknown }>();
  let present = new Map<string, { identity: string; value: unknown }>();
  // Another format is another program's: nothing is known.
  if (given?.format === 1)
    for (const [key, identity, value] of given.entries.slice(0, MOST)) past.set(key, { identity, value });
  return {
    recall(key, identity) {
      const known = present.get(key) ?? past.get(key);
      if (known?.identity !== identity) return undefined;
      present.set(key, known);
      return known.value;
    },
    keep(key, entry) {
      if (present.size < MOST) present.set(key, entry);
    },
    settle() {
      past = present;
      present = new Map();
    },
    export() {
      const entries = [...past, ...present];
      return {
        format: 1,
        entries: entries.map(([key, { identity, value }]) => [key, identity, value] as const),
      };
    },
  };
}
