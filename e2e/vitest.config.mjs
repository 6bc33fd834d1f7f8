import { mergeConfig } from 'vitest/config';
import base from '../vitest.base.mjs';

// Whole fleets on two cores: one file at a time.
export default mergeConfig(base, {
  test: { testTimeout: 180_000, hookTimeout: 300_000, fileParallelism: false, maxWorkers: 1 },
});
