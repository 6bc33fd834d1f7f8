// `npm run test:full -- SUITE [ARGUMENT…]`: the exhaustive form of a suite of which `npm test` takes a seeded sample. Arguments are the
// suite's own.
import { ensureDependencies } from './src/dependencies.mjs';
import { runNx } from './src/nx.mjs';

/** suite → Nx target of every project that has a part of it; one after the other. */
const SUITES = { kill: 'kill', truth: 'truth', verification: 'verification' };

const [suite = '', ...own] = process.argv.slice(2);
const target = Object.hasOwn(SUITES, suite) ? SUITES[suite] : undefined;
if (target === undefined) {
  const known = Object.keys(SUITES);
  process.stderr.write(
    `${suite ? `There is no suite "${suite}".` : 'Name a suite.'} Known: ${known.length > 0 ? known.join(', ') : 'none yet'}.\n`,
  );
  process.exitCode = 2;
} else {
  await ensureDependencies((line) => process.stderr.write(`${line}\n`));
  process.exitCode = await runNx([
    'run-many',
    '-t',
    target,
    '--parallel=1',
    '--outputStyle=static',
    '--nxBail=false',
    ...(own.length > 0 ? [`--args=${own.join(' ')}`] : []),
  ]);
}
