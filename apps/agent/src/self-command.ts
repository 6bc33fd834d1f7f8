import { isSea } from 'node:sea';

/** argv that starts this very program again, as a new process that has cached nothing. */
export function selfCommand(): [string, ...string[]] {
  // Node puts a single executable's own path where a script's would stand, to the arguments' places alike.
  if (isSea()) return [process.execPath];
  const script = process.argv[1];
  const flags = process.execArgv.filter((flag) => !flag.startsWith('--inspect'));
  return script === undefined ? [process.execPath, ...flags] : [process.execPath, ...flags, script];
}
