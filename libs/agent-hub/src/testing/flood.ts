import { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:tls';
import { upgradeRequest } from './raw-socket.ts';
import { keyPairFromSeed } from '@trustfleet/signing';

/*
 * A process of its own that tries wrong tokens as fast as it can: `node flood.ts <port> <milliseconds>`. Says on stdout how many
 * answers of each status it got, and in how many seconds.
 */
const [port = Number.NaN, least = Number.NaN] = process.argv.slice(2).map(Number);
if (Number.isNaN(port + least)) throw new Error('flood: port and milliseconds are missing');
const AT_ONCE = 64;
const key = keyPairFromSeed('ed25519', Buffer.alloc(32, 7));
/** On a busy machine it takes longer until there is something to count. */
const LEAST_TRIES = 100;
const started = performance.now();
const answers: Record<string, number> = {};
let tries = 0;

function tryOnce(): Promise<string> {
  return new Promise((resolve) => {
    // The stranger does not look whom it floods.
    const socket = connect({ host: '127.0.0.1', port, ca: process.env['FLOOD_CA'] });
    let status = 'none';
    socket.on('secureConnect', () => {
      socket.write(
        upgradeRequest({ hostId: randomUUID(), secret: randomBytes(32).toString('base64url'), key }),
      );
    });
    socket.on('data', (chunk: Buffer) => {
      if (status === 'none') status = chunk.toString('latin1').slice(9, 12);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(status);
    });
  });
}

async function tryOnAndOn(): Promise<void> {
  while (performance.now() - started < least || tries < LEAST_TRIES) {
    tries += 1;
    const status = await tryOnce();
    answers[status] = (answers[status] ?? 0) + 1;
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, tryOnAndOn));
process.stdout.write(JSON.stringify({ answers, seconds: (performance.now() - started) / 1_000 }));
