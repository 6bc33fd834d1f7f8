import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { removeFile } from '@trustfleet/host';
import { CliError } from '@trustfleet/terminal';
import { removeIfEmpty, removeProgram } from '../service/program-files.ts';
import { thisService } from '../service/this-service.ts';
import type { ServicePlaces } from '../service/types.ts';
import { readIdentity } from '../state/identity.ts';
import { requireOwnStateDir } from '../state/state-directory.ts';

export interface UninstallOptions extends ServicePlaces {
  /** Also the identity, the journals and the allow-list. */
  readonly purge: boolean;
}

async function purge({ stateDir, allowList }: UninstallOptions): Promise<void> {
  await requireOwnStateDir(stateDir);
  await rm(stateDir, { recursive: true, force: true, maxRetries: 3 });
  await removeFile(allowList);
  // /etc/trustfleet, or %ProgramData%\Trustfleet, which held the state too: ours, if nobody put anything else there.
  await removeIfEmpty(dirname(allowList));
}

type Host = Awaited<ReturnType<typeof readIdentity>> | 'unreadable';

/** An identity that is damaged keeps nobody from getting rid of the agent. */
async function hostOf(stateDir: string): Promise<Host> {
  try {
    return await readIdentity(stateDir);
  } catch (error) {
    if (error instanceof CliError) return 'unreadable';
    throw error;
  }
}

function stateLines({ purge: gone, stateDir }: UninstallOptions, host: Host): readonly string[] {
  if (host === null) return [];
  if (!gone) return [`Identity and journals stay in ${stateDir} (--purge removes them).`];
  const which = host === 'unreadable' ? 'this machine' : `host ${host.hostId}`;
  return [`Identity and journals are gone. Revoke ${which} in the dashboard: it cannot come back.`];
}

/** Stops the service and takes it away with its program; the state stays, so that a later install is the same host. */
export async function uninstallCommand(
  options: UninstallOptions,
  output: NodeJS.WritableStream,
): Promise<void> {
  const service = await thisService();
  await service.requirePossible();
  const host = await hostOf(options.stateDir);
  const was = await service.unregister();
  const left = await removeProgram(service);
  const lines = [was ? 'The service is removed.' : 'There was no service.'];
  if (left.length > 0)
    lines.push(`Still in use, to be deleted by hand once this command has ended: ${left.join(', ')}`);
  if (options.purge) await purge(options);
  lines.push(...stateLines(options, host));
  output.write(`${lines.join('\n')}\n`);
}
