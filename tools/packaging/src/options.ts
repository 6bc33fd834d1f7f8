import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { SHIPPED_NODE } from '@trustfleet/testkit/runtimes';
import { CliError, messageOf } from '@trustfleet/terminal';
import { TARGETS, type TargetName } from './targets.ts';

export interface PackageOptions {
  readonly targets: readonly TargetName[];
  /** Absolute; one folder a target is made in it. */
  readonly out: string;
  /** Exact version of Node to ship. */
  readonly node: string;
}

const USAGE = `Usage: npm run package [-- --target ${Object.keys(TARGETS).join('|')}] [--out DIR] [--node VERSION]`;

/** A sentence, and how it is called. */
const wrong = (sentence: string): CliError => new CliError(`${sentence} ${USAGE}`, 2);

function parse(args: readonly string[]): Record<string, string | undefined> {
  try {
    const options = {
      target: { type: 'string' },
      out: { type: 'string' },
      node: { type: 'string' },
    } as const;
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    // parseArgs says more than one sentence about arguments that are none of its options.
    const [sentence = ''] = messageOf(error).split(/\. /);
    throw wrong(`${sentence.replace(/\.$/, '')}.`);
  }
}

function targetsOf(given: string | undefined): readonly TargetName[] {
  const all = Object.keys(TARGETS) as TargetName[];
  if (given === undefined) return all;
  const found = all.find((name) => name === given);
  if (found === undefined) throw wrong(`There is no target '${given}'.`);
  return [found];
}

/** Throws CliError with exit code 2 and one sentence. */
export function readOptions(args: readonly string[], defaultOut: string): PackageOptions {
  const values = parse(args);
  const node = values['node'] ?? SHIPPED_NODE;
  if (!/^\d+\.\d+\.\d+$/.test(node))
    throw wrong(`--node takes an exact version like ${SHIPPED_NODE}, not '${node}'.`);
  if (values['out'] === '') throw wrong('--out takes a folder.');
  return { targets: targetsOf(values['target']), out: resolve(values['out'] ?? defaultOut), node };
}
