import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { reportFailure } from '@trustfleet/terminal';
import {
  exportAuditCommand,
  listAuditCommand,
  verifyAuditCommand,
  type AuditListOptions,
} from './commands/audit.ts';
import {
  hostTimelineCommand,
  listHostsCommand,
  releaseHostCommand,
  revokeHostCommand,
  rotateHostCommand,
  showHostCommand,
  type HostListOptions,
} from './commands/hosts.ts';
import {
  cancelJobCommand,
  listJobsCommand,
  showJobCommand,
  undoJobCommand,
  waitJobCommand,
  type JobListOptions,
} from './commands/jobs.ts';
import { loginCommand, logoutCommand, whoamiCommand, type LoginOptions } from './commands/login.ts';
import type { CliContext } from './context.ts';

const VERSION = '0.1.0';
const DEFAULT_WAIT_S = 600;

function wholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError('A whole number from 1 is needed.');
  return number;
}

const page = (): Option =>
  new Option('--page <number>', 'page of the list')
    .default('1')
    .argParser((value) => String(wholeNumber(value)));
const json = (): Option => new Option('--json', 'print the answer of the API').default(false);
const reason = (): Option =>
  new Option('--reason <text>', 'why; it stays in the audit').makeOptionMandatory();
const timeout = (): Option =>
  new Option('--timeout <seconds>', 'give up waiting after').default(DEFAULT_WAIT_S).argParser(wholeNumber);

function addAccount(program: Command, context: CliContext): void {
  program
    .command('login')
    .description('sign in; asks for the password, or takes the first line that is piped in')
    .argument('<server>', 'its address, e.g. https://trustfleet.studio.example')
    .option('--email <address>', 'the account')
    .option('--ca-file <pem>', "the studio's own CA, where the server's certificate comes from it")
    .action((server: string, options: LoginOptions) => loginCommand(server, options, context));
  program
    .command('logout')
    .description('end the session, here and on the server')
    .action(() => logoutCommand(context));
  program
    .command('whoami')
    .description('who is signed in, and what they may see')
    .addOption(json())
    .action((options: { json: boolean }) => whoamiCommand(options, context));
}

function addHosts(program: Command, context: CliContext): void {
  const hosts = program.command('hosts').description('see and admit hosts');
  hosts
    .command('list')
    .description('hosts, by name')
    .option('--search <text>', 'part of the name')
    .addOption(new Option('--presence <state>', 'only these').choices(['online', 'offline']))
    .addOption(new Option('--findings <kind>', 'only hosts with').choices(['open', 'blockers', 'none']))
    .addOption(new Option('--admission <kind>', 'only these').choices(['admitted', 'held']))
    .addOption(page())
    .addOption(json())
    .action((options: HostListOptions) => listHostsCommand(options, context));
  hosts
    .command('show <host>')
    .description('one host, by name or id')
    .addOption(json())
    .action((host: string, options: { json: boolean }) => showHostCommand(host, options, context));
  hosts
    .command('timeline <host>')
    .description('what appeared, what left, and which job did it')
    .option('--before <instant>', 'older than this')
    .addOption(json())
    .action((host: string, options: { before?: string; json: boolean }) =>
      hostTimelineCommand(host, options, context),
    );
  hosts
    .command('revoke <host>')
    .description('refuse its key for good and close its connection')
    .addOption(reason())
    .option('--yes', 'do not ask', false)
    .action((host: string, options: { reason: string; yes: boolean }) =>
      revokeHostCommand(host, options, context),
    );
  hosts
    .command('release <host>')
    .description('end a quarantine')
    .addOption(reason())
    .action((host: string, options: { reason: string }) => releaseHostCommand(host, options, context));
  hosts
    .command('rotate <host>')
    .description('give it a new credential')
    .addOption(reason())
    .action((host: string, options: { reason: string }) => rotateHostCommand(host, options, context));
}

function addJobs(program: Command, context: CliContext): void {
  const jobs = program.command('jobs').description('see, cancel and undo jobs');
  jobs
    .command('list')
    .description('jobs, newest first')
    .option('--host <host>', 'of one host, by name or id')
    .option('--state <state>', 'in one state')
    .option('--active', 'only those that have not ended', false)
    .option('--failed', 'only those that failed', false)
    .addOption(page())
    .addOption(json())
    .action((options: JobListOptions) => listJobsCommand(options, context));
  jobs
    .command('show <job>')
    .description('one job with its steps')
    .addOption(json())
    .action((job: string, options: { json: boolean }) => showJobCommand(job, options, context));
  jobs
    .command('wait <job>')
    .description('print its steps until it has ended; exit code 0 only for a good end')
    .addOption(timeout())
    .action((job: string, options: { timeout: number }) => waitJobCommand(job, options, context));
  jobs
    .command('cancel <job>')
    .description('give it up, unless the host is changing already')
    .addOption(reason())
    .action((job: string, options: { reason: string }) => cancelJobCommand(job, options, context));
  jobs
    .command('undo <job>')
    .description('take back what it changed')
    .addOption(reason())
    .option('--wait', 'until the undo has ended', false)
    .addOption(timeout())
    .action((job: string, options: { reason: string; wait: boolean; timeout: number }) =>
      undoJobCommand(job, options, context),
    );
}

function addAudit(program: Command, context: CliContext): void {
  const audit = program
    .command('audit')
    .description('who did what, and the proof that nothing of it was changed');
  audit
    .command('list')
    .description('entries, newest first')
    .option('--before <number>', 'older than this entry')
    .option('--action <action>', 'of one kind, e.g. order.create')
    .option('--search <text>', 'in names and details')
    .addOption(json())
    .action((options: AuditListOptions) => listAuditCommand(options, context));
  audit
    .command('export')
    .description('every entry as a line of JSON, then the signed head')
    .action(() => exportAuditCommand(context));
  audit
    .command('verify [file]')
    .description(
      'check every hash, the signed head, and what was checked before; with a file it needs no server',
    )
    .action((file: string | undefined) => verifyAuditCommand(file, context));
}

function createProgram(context: CliContext): Command {
  const program = new Command('trustfleet')
    .description('Trustfleet for people at a terminal and for CI.')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(trustfleet --help shows what is possible)')
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
    });
  for (const add of [addAccount, addHosts, addJobs, addAudit]) add(program, context);
  inheritSettings(program);
  return program;
}

/** Commander copies these to no command that was made before it was told. */
function inheritSettings(parent: Command): void {
  for (const command of parent.commands) {
    command.exitOverride().copyInheritedSettings(parent);
    inheritSettings(command);
  }
}

/** Runs one command line (without program names); answers the exit code: 0 done, 1 failed, 2 wrong arguments, 3 not signed in. */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  try {
    await createProgram(context).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has written its own sentence already; help and version arrive here with exit code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return reportFailure('trustfleet', error, context.stderr);
  }
}
