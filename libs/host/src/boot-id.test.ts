import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bootTimeOf } from './boot-id.ts';

/** SYSTEM_TIMEOFDAY_INFORMATION: BootTime, CurrentTime, TimeZoneBias, TimeZoneId and padding, BootTimeBias, SleepTimeBias. */
function timeOfDay(bootTime: bigint, bias: bigint): Uint8Array {
  const bytes = Buffer.alloc(48);
  bytes.writeBigInt64LE(bootTime, 0);
  bytes.writeBigInt64LE(bootTime + 12_345n, 8);
  bytes.writeBigInt64LE(bias, 32);
  return bytes;
}

it('stays the same when the clock is set, and differs between two starts', () => {
  const instant = fc.bigInt(130_000_000_000_000_000n, 140_000_000_000_000_000n);
  const step = fc.bigInt(-10_000_000_000n, 10_000_000_000n);
  fc.assert(
    fc.property(instant, step, instant, (boot, set, other) => {
      expect(bootTimeOf(timeOfDay(boot + set, set))).toBe(bootTimeOf(timeOfDay(boot, 0n)));
      if (other !== boot) expect(bootTimeOf(timeOfDay(other, 0n))).not.toBe(bootTimeOf(timeOfDay(boot, 0n)));
    }),
  );
});

it('is none where the system says nothing', () => {
  expect(bootTimeOf(timeOfDay(0n, 0n))).toBeNull();
  expect(bootTimeOf(new Uint8Array(8))).toBeNull();
});
