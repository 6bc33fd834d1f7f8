// `npm run bench -- NAME`: one measure, each figure beside its limit in the same run. The last line is one JSON.
import { BootstrapError, ensureDependencies } from '../bootstrap/src/dependencies.mjs';
import { findBench } from './src/benches.mjs';
import { buildFor, runScript } from './src/run.mjs';

const say = (line) => process.stderr.write(`${line}\n`);

async function main([name]) {
  const found = findBench(name);
  if (found.problem !== undefined) {
    say(found.problem);
    return 2;
  }
  await ensureDependencies(say);
  const built = await buildFor(found.bench.builds);
  return built === 0 ? await runScript(found.bench.script) : built;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    say(error instanceof BootstrapError ? error.message : error.stack);
    process.exitCode = 1;
  },
);
