import { CliError } from '@trustfleet/terminal';
import { thisService } from './this-service.ts';
import type { ServiceState } from './types.ts';

const WORDS: Record<ServiceState['state'], string> = {
  absent: 'none (make it with: trustfleet-agent install)',
  stopped: 'stopped (start it with: trustfleet-agent start)',
  starting: 'starting',
  running: 'running',
  stopping: 'stopping',
  failed: 'failed',
};

/** One line for people. */
function serviceWords({ state, detail, startsWithMachine }: ServiceState): string {
  const later = startsWithMachine === false ? ', does not start with the machine' : '';
  return `${WORDS[state]}${later}${detail === null ? '' : `: ${detail}`}`;
}

/** What `status` says of the service; a manager that does not answer is said too. */
export async function describeService(): Promise<string> {
  try {
    return serviceWords(await (await thisService()).state());
  } catch (error) {
    if (error instanceof CliError) return `unknown: ${error.message}`;
    throw error;
  }
}
