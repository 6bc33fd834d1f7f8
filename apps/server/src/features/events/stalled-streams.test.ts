import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { setViewer, type Viewer } from '../../http/permission.ts';
import { eventually } from '../../testing/test-server.ts';
import { EventBus } from './event-bus.ts';
import { EventsController } from './events.controller.ts';

const VIEWER: Viewer = {
  id: 'p1',
  name: 'Jun',
  email: 'jun@studio.example',
  role: 'viewer',
  groups: 'all',
  sessionId: 's1',
};
/** Twice what the kernel takes for a reader that takes nothing. */
const EVENTS = 150_000;

const bus = new EventBus();
const open: { close: () => void }[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const one of open.splice(0)) one.close();
});

/** The controller behind a real socket; `failed` has what its answers would have thrown at the process. */
async function listening(before: (request: IncomingMessage, response: ServerResponse) => Promise<void>) {
  const controller = new EventsController(bus);
  const failed: unknown[] = [];
  const served: ServerResponse[] = [];
  const server = createServer((request, response) => {
    response.on('error', (error) => failed.push(error));
    setViewer(request, VIEWER);
    served.push(response);
    void before(request, response).then(() => {
      controller.stream(request, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(server);
  const ask = (method = 'GET'): Socket => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(`${method} /events HTTP/1.1\r\nhost: x\r\n\r\n`);
    open.push({ close: () => socket.destroy() });
    return socket;
  };
  return { ask, failed, served };
}

describe('a stream whose reader takes nothing', () => {
  it('is cut off when it ends, and what comes in between harms nobody', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'setTimeout', 'clearTimeout', 'clearInterval'] });
    const { ask, failed, served } = await listening(() => Promise.resolve());
    ask();
    while (bus.readers === 0) await nextTurn();
    const [response] = served;
    for (let n = 0; n < EVENTS && response?.writableNeedDrain !== true; n += 1) {
      bus.publish({ type: 'findings', hostId: '01890000-0000-7000-8000-000000000000' });
      await nextTurn();
    }
    expect(response?.writableNeedDrain, 'the reader is full').toBe(true);

    // Its session is over, its socket is not; then comes a heartbeat.
    for (const stream of bus.open()) stream.end();
    expect(response?.destroyed).toBe(false);
    vi.advanceTimersByTime(1_000);
    bus.publish({ type: 'audit' });
    vi.advanceTimersByTime(60_000);
    for (let turn = 0; turn < 10; turn += 1) await nextTurn();

    expect(failed).toEqual([]);
    expect(response?.destroyed).toBe(true);
    expect(bus.readers).toBe(0);
  });

  it('takes no place when it left before its session was found', async () => {
    const left: (() => void)[] = [];
    const { ask, served } = await listening(
      (_request, response) =>
        new Promise((resolve) => {
          response.on('close', () => {
            left.push(resolve);
          });
        }),
    );
    const socket = ask();
    await eventually(
      () => Promise.resolve(served),
      (some) => some.length === 1,
    );
    socket.destroy();
    await eventually(
      () => Promise.resolve(left),
      (some) => some.length === 1,
    );

    for (const go of left) go();
    await nextTurn();

    expect(bus.readers).toBe(0);
  });

  it('is none for who asks for its headers alone', async () => {
    const { ask, served } = await listening(() => Promise.resolve());
    ask('HEAD');

    await eventually(
      () => Promise.resolve(served),
      ([response]) => response?.writableFinished === true,
    );
    expect(bus.readers).toBe(0);
  });
});
