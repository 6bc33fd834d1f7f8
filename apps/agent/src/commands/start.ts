import { CliError } from '@trustfleet/terminal';
import { thisService } from '../service/this-service.ts';
import { readIdentity } from '../state/identity.ts';

export interface StartOptions {
  readonly stateDir: string;
}

/** Starts the installed service. */
export async function startCommand({ stateDir }: StartOptions, output: NodeJS.WritableStream): Promise<void> {
  const service = await thisService();
  await service.requirePossible();
  // It would end at once, again and again.
  if ((await readIdentity(stateDir)) === null)
    throw new CliError('This machine is not enrolled. Enrol it first: trustfleet-agent enroll --token TOKEN');
  await service.start();
  output.write('The service runs. See: trustfleet-agent status\n');
}
