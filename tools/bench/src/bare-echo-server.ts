import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

/*
 * The limit that `gateway` is measured against: a bare `ws` server over TLS (the same library, certificate and TLS version) that answers
 * each frame with one as long as an `ack`, and does nothing else. Started by `fork` with the key file and that length; ends with its parent.
 */

const [keyFile = '', answerBytes = '0'] = process.argv.slice(2);
const pem = readFileSync(keyFile, 'utf8');
// 44 characters stand where a sealed frame has its MAC; the rest is JSON for the client to parse.
const text = '{"type":"ack","seq":1}';
const answer = `${'0'.repeat(43)}:${text.padEnd(Number(answerBytes) - 44)}`;
const server = createServer({ key: pem, cert: pem, minVersion: 'TLSv1.2' });
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (ws) => {
  ws.on('message', () => {
    ws.send(answer);
  });
  // A client that leaves without a word.
  ws.on('error', () => undefined);
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('disconnect', () => process.exit(0));
