import { setFlagsFromString } from 'node:v8';

/*
 * The first lines of the built program (build.mjs): what has grown, or is compiled, stays, and calling the parts of a bundle into
 * being is work enough for V8 to start its compilers.
 *
 * This program works for moments and waits for hours, so that what counts is what it holds while it waits; a few milliseconds more
 * at work are nothing. Figures: `npm run bench -- agent`.
 */
const FLAGS = [
  // No compilers behind the interpreter: no threads that compile, none of their pages, no memory that is writable and executable.
  ...['--no-opt', '--no-maglev', '--no-sparkplug'],
  // Collects and gives back sooner.
  '--optimize-for-size',
  // Young objects keep their first room (1 MiB a half): it would grow to 16 MiB with the first burst of work and is never given back.
  // `--max-semi-space-size` means the same but is read only when V8 starts, and the command line is not ours.
  '--semi-space-growth-factor=1',
] as const;

for (const flag of FLAGS) setFlagsFromString(flag);
