import base from '../../vitest.base.mjs';

// Executables of 90 to 130 MB are made, and one of them runs under Wine: minutes on a machine that is busy with other suites.
const test = {
  ...base.test,
  testTimeout: 180_000,
  hookTimeout: 300_000,
  globalSetup: ['src/testing/build-once.ts'],
};
export default { ...base, test };
