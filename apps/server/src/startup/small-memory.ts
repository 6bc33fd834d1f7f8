import { setFlagsFromString } from 'node:v8';

/*
 * Imported before everything else: what has grown stays. V8 sizes its heap by the machine; a server on a workstation of 64 GB would
 * keep hundreds of MiB of garbage that it has no need for. Measured at rest: 164 MiB resident instead of 226.
 */
setFlagsFromString('--memory-saver-mode');
