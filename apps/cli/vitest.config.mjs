import base from '../../vitest.base.mjs';

// Processes, namespaces and the store's real tool: on a machine that is busy with other suites each takes many seconds.
export default { ...base, test: { ...base.test, testTimeout: 120_000 } };
