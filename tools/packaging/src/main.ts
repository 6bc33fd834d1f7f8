import { reportFailure } from '@trustfleet/terminal';
import { buildPackages, DEFAULT_OUT } from './build-package.ts';
import { readOptions } from './options.ts';

const begin = performance.now();
const say = (line: string): void => {
  process.stderr.write(`[${((performance.now() - begin) / 1000).toFixed(1)} s] ${line}\n`);
};

try {
  const options = readOptions(process.argv.slice(2), DEFAULT_OUT);
  for (const folder of await buildPackages(options, say)) process.stdout.write(`${folder}\n`);
  say('Done.');
} catch (error) {
  process.exitCode = reportFailure('npm run package', error, process.stderr);
}
