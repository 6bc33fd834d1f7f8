import { followLoad } from './startup/small-memory.ts';
import { ConfigError, readConfig } from './config/config.ts';
import { createLogger } from './logging/logger.ts';
import { startServer } from './startup/start-server.ts';
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

/** Resolves at the first signal to stop; from then on the process has a limited time, also when it is still starting. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let stopping = false;
    // Ctrl-C reaches the whole group and the launcher passes it on: what comes after the first changes nothing.
    const stop = (signal: NodeJS.Signals) => {
      if (stopping) return;
      stopping = true;
      resolve(signal);
      setTimeout(() => {
        process.stderr.write(
          `The server did not stop within ${STOP_LIMIT_MS / 1000} seconds of ${signal} and was ended.\n`,
        );
        process.exit(1);
      }, STOP_LIMIT_MS).unref();
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  });
}

/** TRUSTFLEET_LOCAL_TOKENS: how many agents the launcher enrols on this machine; anything else counts as none. */
function localTokens(text: string | undefined): number {
  return /^[0-9]$/.test(text ?? '') ? Number(text) : 0;
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel);
  // A signal during the start is obeyed when there is something to stop.
  const signalled = stopSignal();
  process.on('unhandledRejection', (error) => {
    logger.error({ err: error }, 'unhandled rejection');
  });
  const running = await startServer({
    config,
    logger,
    localTokens: localTokens(process.env['TRUSTFLEET_LOCAL_TOKENS']),
  });
  followLoad(() => running.messages());
  say(`Trustfleet server: ${running.ready.url} (agents: ${running.ready.agentUrl})`);
  // A launcher reads it from ready.json and says it once, where a person sees it.
  const launched = process.env['TRUSTFLEET_LOCAL_TOKENS'] !== undefined;
  if (running.ready.setupUrl !== null && !launched)
    say(`Make the first administrator with this link; it works once: ${running.ready.setupUrl}`);
  await signalled;
  await running.stop();
  process.exit(0);
}

main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
});
