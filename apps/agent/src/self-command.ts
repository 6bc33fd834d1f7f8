/** argv that starts this very program again, as a new process that has cached nothing. */
export function selfCommand(): [string, ...string[]] {
  const script = process.argv[1];
  const flags = process.execArgv.filter((flag) => !flag.startsWith('--inspect'));
  return script === undefined ? [process.execPath, ...flags] : [process.execPath, ...flags, script];
}
