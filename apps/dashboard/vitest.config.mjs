import { mergeConfig } from 'vitest/config';
import base from '../../vitest.base.mjs';

// Browser tests share the machine with everything else that runs: limits are there to end what hangs, not to measure.
export default mergeConfig(base, { test: { testTimeout: 120_000, hookTimeout: 120_000 } });
