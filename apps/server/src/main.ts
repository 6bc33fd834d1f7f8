import { ConfigError, readConfig } from './config/config.ts';
import { createLogger } from './logging/logger.ts';
import { startServer, type RunningServer } from './startup/start-server.ts';
import { StartupError } from './startup/startup-error.ts';

/** The process ends within this time after a signal, whatever still hangs. */
const STOP_LIMIT_MS = 15_000;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** What an operator can mend is one sentence; anything else is a defect of ours and shows its trace. */
function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof StartupError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function stopOn(signal: NodeJS.Signals, server: RunningServer): Promise<void> {
  const limit = setTimeout(() => {
    process.stderr.write(`The server did not stop within ${STOP_LIMIT_MS / 1000} seconds of ${signal} and was ended.\n`);
    process.exit(1);
  }, STOP_LIMIT_MS);
  await server.stop();
  clearTimeout(limit);
  process.exit(0);
}

/** TRUSTFLEET_LOCAL_TOKENS: how many agents the launcher enrols on this machine; anything else counts as none. */
function localTokens(text: string | undefined): number {
  return /^[0-9]$/.test(text ?? '') ? Number(text) : 0;
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel);
  // A signal during the start is obeyed when there is something to stop.
  const signalled = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, resolve);
  });
  process.on('unhandledRejection', (error) => {
    logger.error({ err: error }, 'unhandled rejection');
  });
  const running = await startServer({ config, logger, localTokens: localTokens(process.env['TRUSTFLEET_LOCAL_TOKENS']) });
  say(`Trustfleet server: ${running.ready.url} (agents: ${running.ready.agentUrl})`);
  if (running.ready.setupUrl !== null) say(`Make the first administrator with this link; it works once: ${running.ready.setupUrl}`);
  await stopOn(await signalled, running);
}

main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
});
