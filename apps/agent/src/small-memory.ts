import { setFlagsFromString } from 'node:v8';

/*
 * This program works for moments and waits for hours, so that what counts is what it holds while it waits; a few milliseconds more
 * at work are nothing. Figures: `npm run bench -- agent`.
 */
const FLAGS = [
  // Young objects keep their first room (1 MiB a half): it would grow to 16 MiB with the first burst of work and is never given back.
  // `--max-semi-space-size` means the same but is read only when V8 starts, and the command line is not ours.
  '--semi-space-growth-factor=1',
  // No compilers behind the interpreter: no threads that compile, none of their pages, no memory that is writable and executable.
  ...['--no-opt', '--no-maglev', '--no-sparkplug'],
  // Collects and gives back sooner.
  '--optimize-for-size',
] as const;

/** Has V8 hold little. Called before anything else is loaded: what has grown, or is compiled, stays. */
export function holdLittle(): void {
  for (const flag of FLAGS) setFlagsFromString(flag);
}
