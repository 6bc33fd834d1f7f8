import base from '../../vitest.base.mjs';

// Real sockets on a machine that builds other things at the same time: what is waited for comes, but not always within a second.
export default { ...base, test: { ...base.test, expect: { poll: { timeout: 10_000 } } } };
