export { CliError, errorCode, messageOf, reportFailure, type ExitCode } from './cli-error.ts';
export { columns, count, duration, plain, someOf } from './text.ts';
