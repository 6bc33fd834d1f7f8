import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { TOKEN_VARIABLE, type Environment } from './environment.ts';
import { CliError, reportFailure } from '@trustfleet/terminal';
import type { CollectOptions } from './commands/collect.ts';
import type { EnrollOptions } from './commands/enroll.ts';
import type { RunOptions } from './commands/run.ts';
import type { StatusOptions } from './commands/status.ts';
import type { StoresDiffOptions } from './commands/stores-diff.ts';
import type { StoresOptions } from './commands/stores.ts';
import type { UndoOptions } from './commands/undo.ts';
import type { VerifyStoreOptions } from './commands/verify-store.ts';
import { absolute, root, scanSettings, stateDir } from './cli-options.ts';
import { addLookCommands } from './cli-look.ts';
import { addServiceCommands } from './service/commands.ts';
import { AGENT_VERSION, DEFAULT_ALLOW_LIST } from './version.ts';

/** What a command line runs in. */
export interface CliContext {
  readonly env: Environment;
  /** Asked for only by a command that reads it: the stream exists from then on. */
  readonly stdin: () => NodeJS.ReadStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

function hostName(value: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(value))
    throw new InvalidArgumentError('A name has 1 to 63 letters, digits, dots, dashes or underscores.');
  return value;
}

function anchor(value: string): string {
  if (!/^[0-9a-f]{64}$/.test(value))
    throw new InvalidArgumentError('An anchor is the SHA-256 of its DER, 64 lower-case hex digits.');
  return value;
}

function tokenOf(env: Environment): string {
  const token = env[TOKEN_VARIABLE];
  if (token !== undefined && token !== '') return token;
  throw new CliError(`A token is needed: give it with --token, or in ${TOKEN_VARIABLE}.`, 2);
}

const allowList = (): Option =>
  new Option('--allow-list <file>', 'what the owner of this host permits')
    .default(DEFAULT_ALLOW_LIST)
    .argParser(absolute);
/** Each command is loaded when it is called: the service does not carry what only the others need. */
function addCommands(program: Command, { stdin, stdout, stderr, env }: CliContext): void {
  program
    .command('enroll')
    .description('turn this machine into a host of a fleet')
    .option(
      '--token <token>',
      `enrolment token, as the dashboard shows it once (or in ${TOKEN_VARIABLE}, where other accounts cannot see it)`,
    )
    .addOption(stateDir())
    .addOption(allowList())
    .addOption(new Option('--name <name>', 'report this name in place of the host name').argParser(hostName))
    .action(async (options: Omit<EnrollOptions, 'token'> & { token?: string }) => {
      const token = options.token ?? tokenOf(env);
      const { enrollCommand } = await import('./commands/enroll.ts');
      await enrollCommand({ ...options, token }, stdout);
    });
  program
    .command('run')
    .description('connect, report and repair, until stopped (the service)')
    .addOption(stateDir())
    .addOption(allowList())
    .addOption(scanSettings())
    .addOption(root())
    .addOption(new Option('--stop-with-stdin', 'stop when stdin ends').default(false).hideHelp())
    .action(async (options: Omit<RunOptions, 'env'> & { stopWithStdin: boolean }) => {
      const { runCommand } = await import('./commands/run.ts');
      const { stopWithStdin, ...rest } = options;
      await runCommand({ ...rest, env, stopInput: stopWithStdin ? stdin() : null }, stderr);
    });
  program
    .command('status')
    .description('say whether this machine is enrolled and connected')
    .addOption(stateDir())
    .addOption(allowList())
    .action(async (options: StatusOptions) => {
      const { statusCommand } = await import('./commands/status.ts');
      await statusCommand(options, stdout);
    });
}

/** What the running agent starts of itself. */
function addInnerCommands(program: Command, { stdin, stdout, env }: CliContext): void {
  program
    .command('verify-store', { hidden: true })
    .description('read the trust stores anew and judge one anchor (used by a running job)')
    .addOption(new Option('--anchor <sha256>', 'SHA-256 of its DER').argParser(anchor).makeOptionMandatory())
    .option('--store <id>', "the store; the operating system's without it")
    .addOption(root())
    .action(async (options: VerifyStoreOptions) => {
      const { verifyStoreCommand } = await import('./commands/verify-store.ts');
      await verifyStoreCommand(options, stdout);
    });
  program
    .command('tree-work', { hidden: true })
    .description('one piece of work on files of one account (request on stdin, answer on stdout)')
    .action(async () => {
      const { treeWorkCommand } = await import('./commands/tree-work.ts');
      await treeWorkCommand(stdin(), stdout);
    });
  program
    .command('collect', { hidden: true })
    .description('one scan for the running agent (request on stdin, answer on stdout)')
    .addOption(root())
    .addOption(scanSettings())
    .addOption(new Option('--name <name>', 'report this name in place of the host name').argParser(hostName))
    .action(async (options: Omit<CollectOptions, 'env'>) => {
      const { collectCommand } = await import('./commands/collect.ts');
      await collectCommand({ ...options, env }, { stdin: stdin(), stdout });
    });
}

function addUndo(program: Command, { stdin, stdout, stderr }: CliContext): void {
  program
    .command('undo')
    .description(
      'take back what a job changed on this machine; for its owner, with or without the service running (exit code 0: nothing of it is left, 1: it is not taken back, 2: wrong arguments)',
    )
    .argument('[job]', 'id of the job, or its first characters')
    .option('--list', 'show the jobs that can be taken back', false)
    .option('--yes', 'do not ask', false)
    .addOption(stateDir())
    .addOption(root())
    .action(async (job: string | undefined, options: Omit<UndoOptions, 'job'>) => {
      const { undoCommand } = await import('./commands/undo.ts');
      await undoCommand({ ...options, ...(job === undefined ? {} : { job }) }, { stdin, stdout, stderr });
    });
}

/** How a command that ended well ends: 1 says what it found, as diff(1) does. */
export interface Outcome {
  code: 0 | 1;
}

function addStores(program: Command, { stdout }: CliContext, outcome: Outcome): void {
  const stores = program
    .command('stores')
    .description('list every trust store of this machine with its anchors and what is known of each')
    .option('--json', 'print JSON', false)
    .addOption(root())
    .action(async (options: StoresOptions) => {
      const { storesCommand } = await import('./commands/stores.ts');
      await storesCommand(options, stdout);
    });
  stores
    .command('diff')
    .description(
      'compare two stores by fingerprint and key (exit code 0: they hold the same anchors with the same trust, 1: they differ, 2: wrong arguments)',
    )
    .argument('<a>', 'id of a store, path of a PEM file or hashed directory, catalogue, catalogue@2024.07.04')
    .argument('<b>', 'the other one')
    .option('--json', 'print JSON', false)
    .addOption(root())
    .action(async (a: string, b: string, options: Omit<StoresDiffOptions, 'a' | 'b'>) => {
      const { storesDiffCommand } = await import('./commands/stores-diff.ts');
      outcome.code = await storesDiffCommand({ ...options, a, b }, stdout);
    });
  stores
    .command('profile')
    .description(
      'print a configuration profile (.mobileconfig) that has Macs trust one CA certificate, for MDM',
    )
    .argument('<certificate>', 'file with the CA certificate as PEM')
    .action(async (certificate: string) => {
      const { storesProfileCommand } = await import('./commands/stores-profile.ts');
      await storesProfileCommand(certificate, stdout);
    });
}

/** Commands inherit when they are made, before the program has all its settings. */
function inheritSettings(parent: Command): void {
  for (const command of parent.commands) {
    command.exitOverride().copyInheritedSettings(parent);
    inheritSettings(command);
  }
}

function createProgram(context: CliContext, outcome: Outcome): Command {
  const program = new Command('trustfleet-agent')
    .description(
      'Reports what this machine trusts to its Trustfleet server, and repairs what its owner permits.',
    )
    .version(AGENT_VERSION)
    // An option stands behind its command, so that one and its subcommand may each have the same.
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError('(trustfleet-agent --help shows what is possible)')
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
    });
  addCommands(program, context);
  addServiceCommands(program, context);
  addStores(program, context, outcome);
  addLookCommands(program, context, outcome);
  addUndo(program, context);
  addInnerCommands(program, context);
  inheritSettings(program);
  return program;
}

/** Runs one command line (without program names); answers the exit code: 0 done, 1 failed or (`stores diff`) different, 2 wrong arguments. */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  const outcome: Outcome = { code: 0 };
  try {
    await createProgram(context, outcome).parseAsync(args, { from: 'user' });
    return outcome.code;
  } catch (error) {
    // Commander has written its own sentence already; help and version arrive here with exit code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return reportFailure('trustfleet-agent', error, context.stderr);
  }
}
