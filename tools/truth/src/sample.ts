import type { Selection } from './run.ts';
import type { Setting } from './settings.ts';
import type { StandWish } from './stands/catalogue.ts';
import { isPlain } from './visits.ts';

/** How many stands of each kind, and what of each is tried: what two slow cores do in a minute. */
const KINDS: readonly (readonly [kind: (stand: StandWish) => boolean, count: number])[] = [
  [({ ownPip }) => ownPip === true, 1],
  [({ era, requirements }) => era !== undefined && requirements === undefined, 2],
  [({ core }) => core !== undefined, 1],
  [({ name }) => / web 20/.test(name), 1],
  [({ requirements }) => requirements?.[0]?.startsWith('shotgun-api3') ?? false, 1],
];
const SETTINGS = 3;
const CHAINS = 10;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<T>(all: readonly T[], count: number, random: () => number): T[] {
  return all
    .map((one) => ({ one, order: random() }))
    .toSorted((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({ one }) => one);
}

/** A selection by chance; `features` are the Pythons that are here. */
export function sampleOf(seed: number, features: readonly string[]): Selection {
  const random = randomOf(seed);
  return {
    stands: (all) => {
      const here = all.filter(({ feature }) => features.includes(feature));
      return KINDS.flatMap(([kind, count]) => pick(here.filter(kind), count, random));
    },
    probed: (_stand, setting) => isPlain(setting),
    settings: (_stand, all: readonly Setting[]) => pick(all, SETTINGS, random),
    // Markers and the two that tell trust from refusal stay: few, and they are what a source is told by.
    chains: (all) => {
      const others = all.filter((id) => !/^(marker-|good$|stranger$|interceptor$)/.test(id));
      const kept = new Set(pick(others, CHAINS, random));
      return all.filter((id) => !others.includes(id) || kept.has(id));
    },
  };
}
