import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { DEFAULT_SCAN_SETTINGS, DEFAULT_STATE_DIR } from './version.ts';

/* Options that several commands have. */

export const absolute = (value: string): string => {
  if (value === '') throw new InvalidArgumentError('A path is needed.');
  return resolve(value);
};

/** '/' stands for this machine, on Windows too, where `resolve` would make a drive of it. */
const tree = (value: string): string => (value === '/' ? value : absolute(value));

export const root = (): Option =>
  new Option('--root <dir>', 'look at another tree than /').default('/').argParser(tree).hideHelp();

export const scanSettings = (): Option =>
  new Option(
    '--scan-settings <file>',
    `more places to look at, named by the owner of this host (default: ${DEFAULT_SCAN_SETTINGS})`,
  ).argParser(absolute);

export const stateDir = (): Option =>
  new Option('--state-dir <dir>', 'where identity and journals are kept')
    .default(DEFAULT_STATE_DIR)
    .argParser(absolute);
