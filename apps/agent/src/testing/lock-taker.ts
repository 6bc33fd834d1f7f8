import { AgentRunsError, takeInstanceLock } from '../state/instance-lock.ts';

/** A process that tries for the lock of argv[2] at the moment argv[3] (ms since 1970), says what came of it, and holds it until stdin ends. */
const [, , directory = '', moment = '0'] = process.argv;
while (Date.now() < Number(moment)) {
  // All of them at once: a timer would spread them.
}
try {
  const release = await takeInstanceLock(directory);
  process.stdout.write('taken\n');
  process.stdin.resume().on('end', () => void release());
} catch (error) {
  if (!(error instanceof Error)) throw error;
  process.stdout.write(error instanceof AgentRunsError ? 'held\n' : 'gave up\n');
}
