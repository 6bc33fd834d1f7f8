import { createHost } from '@trustfleet/host';
import { withTiedPrograms } from '../tied-programs.ts';

// Runs the program of its arguments as a change of a store would be run; the test then kills this process.
const [program = '', ...args] = process.argv.slice(2);
const host = createHost();
const result = await withTiedPrograms(host).runProgram({
  argv: [program, ...args],
  env: { PATH: '/usr/bin:/bin' },
  timeoutMs: 60_000,
});
process.stdout.write(JSON.stringify({ state: result.state, exitCode: result.exitCode }));
