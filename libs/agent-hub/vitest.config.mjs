import base from '../../vitest.base.mjs';

// Without `import`: vitest hands these conditions to Node, and `require('pg-pool')` inside the testkit's pg then gets the ES module.
export default { ...base, ssr: { resolve: { ...base.ssr?.resolve, conditions: ['@trustfleet/source', 'node', 'default'] } } };
