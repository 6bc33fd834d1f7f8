import { SECTION_NAMES, type KnownSectionName } from '@trustfleet/protocol';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { CliContext, Outcome } from './cli.ts';
import { root, scanSettings } from './cli-options.ts';
import type { LintOptions } from './commands/lint.ts';
import type { ScanOptions } from './commands/scan.ts';

function sectionName(value: string): KnownSectionName {
  const name = SECTION_NAMES.find((known) => known === value);
  if (name === undefined)
    throw new InvalidArgumentError(`There is no such section; the sections are ${SECTION_NAMES.join(', ')}.`);
  return name;
}

/** Commands that look and change nothing; none needs an enrolment. */
export function addLookCommands(program: Command, context: CliContext, outcome: Outcome): void {
  addScan(program, context);
  addLint(program, context, outcome);
}

function addScan(program: Command, { stdout, env }: CliContext): void {
  const names = SECTION_NAMES.join(', ');
  program
    .command('scan')
    .description('look at this machine once and print what it trusts; needs no enrolment')
    .option('--json', 'print the canonical JSON of the inventory', false)
    .addOption(new Option('--section <name>', `only this section: ${names}`).argParser(sectionName))
    .addOption(
      new Option(
        '--only <name>',
        'as --section; its JSON stands in {"sections": {…}}, and shotgrid says of every copy of shotgun_api3 where it looks for its anchors',
      )
        .argParser(sectionName)
        .conflicts('section'),
    )
    .option('--search <dir...>', 'with --only shotgrid: look below these directories and nowhere else')
    .addOption(scanSettings())
    .addOption(root())
    .action(async (options: Omit<ScanOptions, 'env'>) => {
      const { scanCommand } = await import('./commands/scan.ts');
      await scanCommand({ ...options, env }, stdout);
    });
}

function addLint(program: Command, context: CliContext, outcome: Outcome): void {
  program
    .command('lint')
    .description(
      'find Python code that switches verification off, or trusts a file of its own (exit code 0: nothing is wrong, 1: something is, 2: wrong arguments); needs no enrolment',
    )
    .argument('<dir...>', 'directories or files')
    .option('--json', 'print JSON', false)
    .action(async (directories: string[], options: Omit<LintOptions, 'directories'>) => {
      const { lintCommand } = await import('./commands/lint.ts');
      outcome.code = await lintCommand({ ...options, directories }, context);
    });
}
