import { StepFailedError } from '../remedy.ts';
import type { Interpreter } from './interpreter.ts';
import type { PythonRunResult } from './ports.ts';
import { PIP_SCRIPT } from './scripts.ts';

const PIP_LIMIT_MS = 300_000;
const MAX_PIP_BYTES = 2 * 1024 * 1024;

/** What pip does when it is run by a person stands in its configuration; none of that may change where these files go. */
const QUIET = {
  PIP_USER: '0',
  PIP_NO_INPUT: '1',
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  PIP_ROOT_USER_ACTION: 'ignore',
  PIP_REQUIRE_VIRTUALENV: '0',
  PYTHONNOUSERSITE: '1',
};
/** pip reads no configuration at all where this names the null device. */
const NO_CONFIGURATION = { PIP_CONFIG_FILE: process.platform === 'win32' ? 'nul' : '/dev/null' };

export interface PipRun {
  readonly args: readonly string[];
  /** With the index that the environment is configured for. */
  readonly index: boolean;
  readonly signal: AbortSignal;
}

/** Throws {@link StepFailedError} with the cause for a person. */
export async function runPip(interpreter: Interpreter, { args, index, signal }: PipRun): Promise<void> {
  const { access, python, account } = interpreter;
  const result = await access.run({
    argv: [python, '-B', '-s', '-c', PIP_SCRIPT, ...args],
    ...{ account, network: index, signal },
    env: index ? QUIET : { ...QUIET, ...NO_CONFIGURATION },
    ...{ timeoutMs: PIP_LIMIT_MS, maxOutputBytes: MAX_PIP_BYTES },
  });
  if (result.state !== 'exited' || result.exitCode !== 0) throw new StepFailedError(causeOf(result, python));
}

/** User names and passwords of a proxy or index stand in its URL, and pip repeats that; to the last `@`, since a password may hold one. */
export const withoutCredentials = (text: string): string => text.replaceAll(/\/\/[^/\s]*@/g, '//***@');

const VERIFY =
  /CERTIFICATE_VERIFY_FAILED|certificate verify failed|SSLError|SSLCertVerificationError|TLS CA certificate bundle/i;
const ROUTE =
  /NewConnectionError|ConnectTimeoutError|ConnectTimeout|ReadTimeout|ProxyError|Temporary failure in name resolution|Name or service not known|Connection refused|407 Proxy/i;

/** pip says the cause somewhere above its last line; a failed verification ends as "no matching distribution" there. */
function causeOf({ state, reason, stdout, stderr }: PythonRunResult, python: string): string {
  const said = withoutCredentials(`${stdout}\n${stderr}`);
  const last =
    said
      .trim()
      .split('\n')
      .filter((line) => line.trim() !== '')
      .at(-1)
      ?.trim()
      .slice(0, 500) ?? '';
  if (state !== 'exited') return `pip of ${python} did not come to its end: ${reason ?? state}.`;
  if (VERIFY.test(said))
    return `pip of ${python} cannot verify the index that it is configured for, so it cannot fetch what would mend that. Give it a bundle first (bundle.deploy, then PIP_CERT or the option cert), or let the order bring the wheels. It said: ${lineWith(said, VERIFY)}`;
  if (ROUTE.test(said))
    return `pip of ${python} does not reach the index that it is configured for: ${lineWith(said, ROUTE)}`;
  return `pip of ${python} failed: ${last}`;
}

const lineWith = (text: string, pattern: RegExp): string =>
  text
    .split('\n')
    .find((line) => pattern.test(line))
    ?.trim()
    .slice(0, 500) ?? '';
