import { InvalidArgumentError, Option, type Command } from 'commander';
import { resolve } from 'node:path';
import type { CliContext } from '../cli.ts';
import { SHIPPED_ALLOW_LISTS } from '../allow-lists/shipped.ts';
import { TOKEN_VARIABLE } from '../environment.ts';
import { DEFAULT_ALLOW_LIST, DEFAULT_STATE_DIR } from '../version.ts';

const PLACES = { stateDir: DEFAULT_STATE_DIR, allowList: DEFAULT_ALLOW_LIST };

const file = (value: string): string => {
  if (value === '') throw new InvalidArgumentError('A path is needed.');
  return resolve(value);
};

/** A list that ships goes by its name; a file of that name is written ./NAME. */
const listOrFile = (value: string): string => (SHIPPED_ALLOW_LISTS.includes(value) ? value : file(value));

interface InstallArguments {
  readonly allowList?: string;
  readonly token?: string;
}

/** The agent as a service of this machine. Its places are fixed: there is one service on a machine. */
export function addServiceCommands(program: Command, { stdout, env }: CliContext): void {
  program
    .command('install')
    .description('make the agent a service of this machine, which starts with it (root; administrators)')
    .addOption(
      new Option(
        '--allow-list <list>',
        'what the owner of this host permits: observe, public-roots or approved, or a file whose content is taken',
      ).argParser(listOrFile),
    )
    .option(
      '--token <token>',
      `enrol in the same step (or in ${TOKEN_VARIABLE}, where other accounts cannot see it)`,
    )
    .action(async ({ allowList, token = env[TOKEN_VARIABLE] }: InstallArguments) => {
      const { installCommand } = await import('../commands/install.ts');
      const given = {
        newAllowList: allowList ?? null,
        token: token === undefined || token === '' ? null : token,
      };
      await installCommand({ ...PLACES, ...given }, stdout);
    });
  program
    .command('uninstall')
    .description('stop the service and remove it with its program; identity and journals stay')
    .option('--purge', 'remove identity, journals and allow-list too', false)
    .action(async ({ purge }: { purge: boolean }) => {
      const { uninstallCommand } = await import('../commands/uninstall.ts');
      await uninstallCommand({ ...PLACES, purge }, stdout);
    });
  program
    .command('start')
    .description('start the service')
    .action(async () => {
      const { startCommand } = await import('../commands/start.ts');
      await startCommand(PLACES, stdout);
    });
  program
    .command('stop')
    .description('stop the service; it starts again with the machine')
    .action(async () => {
      const { stopCommand } = await import('../commands/stop.ts');
      await stopCommand(stdout);
    });
}
