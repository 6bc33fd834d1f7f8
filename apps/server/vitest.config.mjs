import base from '../../vitest.base.mjs';

// Packages outside the workspace are loaded by Node itself. A condition `import` given to it would apply to
// `require` too, and `pg` would get the ES module of its own `pg-pool`.
export default {
  ...base,
  ssr: {
    resolve: { conditions: ['@trustfleet/source', 'node'], externalConditions: ['@trustfleet/source'] },
  },
};
