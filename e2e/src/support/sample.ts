/** A linear congruential generator (Knuth, MMIX): enough to choose test cases by a seed that can be given again. */
function* random(seed: bigint): Generator<number> {
  let state = seed;
  for (;;) {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    yield Number(state >> 33n) / 2 ** 31;
  }
}

/**
 * `TRUSTFLEET_KILL=all`: every case (`npm run test:full -- kill`). Else `count` of them, by the seed in TRUSTFLEET_SEED or one that is
 * made and printed.
 */
export function sampleOf<T>(cases: readonly T[], count: number): readonly T[] {
  if (process.env['TRUSTFLEET_KILL'] === 'all') return cases;
  const seed = process.env['TRUSTFLEET_SEED'] ?? String(Date.now() % 1_000_000);
  console.log(`${count} of ${cases.length} cases, TRUSTFLEET_SEED=${seed}`);
  const numbers = random(BigInt(seed));
  const keyed = cases.map((one) => ({ one, key: numbers.next().value as number }));
  return keyed
    .sort((a, b) => a.key - b.key)
    .slice(0, count)
    .map(({ one }) => one);
}
