import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { removeFile } from '@trustfleet/host';
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

/** Stops the service and takes it away with its program; the state stays, so that a later install is the same host. */
export async function uninstallCommand(
  options: UninstallOptions,
  output: NodeJS.WritableStream,
): Promise<void> {
  const service = await thisService();
  await service.requirePossible();
  const host = await readIdentity(options.stateDir);
  const was = await service.unregister();
  const left = await removeProgram(service);
  const lines = [was ? 'The service is removed.' : 'There was no service.'];
  if (left.length > 0)
    lines.push(`Still in use, to be deleted by hand once this command has ended: ${left.join(', ')}`);
  if (options.purge) {
    await purge(options);
    if (host !== null)
      lines.push(
        `Identity and journals are gone. Revoke host ${host.hostId} in the dashboard: it cannot come back.`,
      );
  } else if (host !== null)
    lines.push(`Identity and journals stay in ${options.stateDir} (--purge removes them).`);
  output.write(`${lines.join('\n')}\n`);
}
