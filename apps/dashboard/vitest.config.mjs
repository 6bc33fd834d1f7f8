import { mergeConfig } from 'vitest/config';
import base from '../../vitest.base.mjs';

// Browser tests share the machine with everything else that runs: limits are there to end what hangs, not to measure.
export default mergeConfig(base, {
  test: { testTimeout: 180_000, hookTimeout: 120_000, expect: { poll: { timeout: 30_000 } } },
});
