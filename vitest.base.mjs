import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** One JSON file a project, for the closing count of `npm test`. */
const results = path.join(import.meta.dirname, 'test-results', `${path.basename(process.cwd())}.json`);

// One base for every project. Sources are read through the workspace condition, so no build is needed
// to run a unit test; anything printed to the console fails nothing but is shown.
export default defineConfig({
  resolve: { conditions: ['@trustfleet/source'] },
  // Without `import`: Vitest hands these conditions to Node, and a CommonJS package's require() would get an ES module (pg).
  ssr: {
    resolve: {
      conditions: ['@trustfleet/source', 'node', 'default'],
      externalConditions: ['@trustfleet/source'],
    },
  },
  test: {
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'test/**/*.test.ts', 'src/**/*.test.mjs'],
    testTimeout: 60_000,
    // The default of one second is a measurement of the machine: two cores that build and run browsers beside it are slower at times.
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 60_000,
    maxWorkers: 2,
    reporters: ['default', ['json', { outputFile: results }]],
  },
});
