import type { Command } from 'commander';
import type { LintOptions } from './commands/lint.ts';
import type { CliContext, Outcome } from './cli.ts';

/** Commands about code. */
export function addCodeCommands(program: Command, context: CliContext, outcome: Outcome): void {
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
