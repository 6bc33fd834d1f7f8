import { CliError } from '@trustfleet/terminal';
import type { AgentService } from './types.ts';

/** The service manager of this machine. */
export async function thisService(): Promise<AgentService> {
  if (process.platform === 'win32') return (await import('./windows/index.ts')).openWindowsService();
  if (process.platform === 'linux') return (await import('./systemd/index.ts')).systemdService;
  throw new CliError(
    'On this system the agent is no service yet: run it in the foreground (trustfleet-agent run).',
  );
}
