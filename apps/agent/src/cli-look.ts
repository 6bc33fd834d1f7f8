import { SECTION_NAMES, type KnownSectionName } from '@trustfleet/protocol';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { CliContext, Outcome } from './cli.ts';
import { root, scanSettings, stateDir } from './cli-options.ts';
import type { DoctorOptions } from './commands/doctor.ts';
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
  addDoctor(program, context, outcome);
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

type DoctorArguments = Omit<DoctorOptions, 'endpoints' | 'env'> & { readonly explain?: string };

function addDoctor(program: Command, context: CliContext, outcome: Outcome): void {
  program
    .command('doctor')
    .description(
      'say which program of this machine verifies which server, and where not, why and what to do (exit code 0: all verify, 1: something fails, 2: wrong arguments); needs no enrolment',
    )
    .argument(
      '[server...]',
      'host or host:port; without one those that the fleet\u2019s server told this host',
    )
    .option('--json', 'print JSON', false)
    .option('--here', 'judge the shell that this runs in: its variables, its PATH, its rights', false)
    .option('--no-probe', 'start no Python: only work out what would happen')
    .option('--search <dir...>', 'look for Python environments and shotgun_api3 below these directories too')
    .option(
      '--explain <file>',
      'say what a traceback or log means (- reads stdin) and look at nothing else (exit code 1: nothing in it is known)',
    )
    .addOption(stateDir())
    .addOption(scanSettings())
    .addOption(root())
    .action(async (endpoints: string[], { explain, ...options }: DoctorArguments) => {
      if (explain !== undefined) {
        const { explainCommand } = await import('./commands/explain.ts');
        outcome.code = await explainCommand({ from: explain, json: options.json }, context);
        return;
      }
      const { doctorCommand } = await import('./commands/doctor.ts');
      outcome.code = await doctorCommand({ ...options, endpoints, env: context.env }, context);
    });
}
