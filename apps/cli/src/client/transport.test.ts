import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { CliError } from '@trustfleet/terminal';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiClient } from './api-client.ts';
import { readText, send, type Target } from './transport.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serving(listener: RequestListener): Promise<Target> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, caFile: null, cookie: null };
}

async function linesOf(target: Target): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of new ApiClient(target).lines('/export')) lines.push(line);
  return lines;
}

describe('an answer that breaks off', () => {
  const breakOff: RequestListener = (_request, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{"seq":1}\n{"seq"', () => response.destroy());
  };

  it('is told in a sentence, as a whole and line by line', async () => {
    const target = await serving(breakOff);

    await expect(send(target, { method: 'GET', path: '/' }).then(readText)).rejects.toThrow(CliError);
    await expect(linesOf(target)).rejects.toThrow(CliError);
    await expect(linesOf(target)).rejects.toThrow(/connection was lost/);
  });
});

describe('lines', () => {
  it('come whole, however they were cut on the way', async () => {
    const target = await serving((_request, response) => {
      const bytes = Buffer.from('{"a":"한국"}\r\n\n{"b":2}');
      response.write(bytes.subarray(0, 7), () => response.end(bytes.subarray(7)));
    });

    expect((await linesOf(target)).map((line) => JSON.parse(line) as unknown)).toEqual([
      { a: '한국' },
      { b: 2 },
    ]);
  });

  it('without an end are not collected', async () => {
    let sent = 0;
    const target = await serving((_request, response) => {
      const more = (): void => {
        if (response.destroyed || sent > 256 * 1024 * 1024) {
          response.end();
          return;
        }
        sent += 1024 * 1024;
        response.write('x'.repeat(1024 * 1024), () => setImmediate(more));
      };
      more();
    });

    await expect(linesOf(target)).rejects.toThrow(/is no export/);
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });
});
