import { X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { afterAll, describe, expect, it } from 'vitest';
import { createTlsLab } from './tls-lab.ts';

const lab = createTlsLab();
afterAll(() => lab.close());

function get(origin: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(origin, { ca: [ca], agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => {
        resolve(body);
      });
    });
    call.on('error', reject);
    call.end();
  });
}

describe('TLS lab', () => {
  it('issues what a client verifies against its authority and nothing else', async () => {
    const [authority, stranger] = await Promise.all([lab.authority('Lab CA'), lab.authority('Other CA')]);
    const { origin } = await lab.serve(await lab.leaf(authority));

    await expect(get(origin, authority.pem)).resolves.toBe('ok');
    await expect(get(origin, stranger.pem)).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
  });

  it('dates certificates around the time it is given', async () => {
    const expired = createTlsLab({ now: new Date('2020-06-01T00:00:00Z') });

    const authority = new X509Certificate((await expired.authority('Old CA')).der);

    expect([authority.ca, new Date(authority.validTo).toISOString()]).toEqual([
      true,
      '2021-06-01T00:00:00.000Z',
    ]);
  });

  it('closes servers with their open connections', async () => {
    const authority = await lab.authority('Closing CA');
    const server = await lab.serve(await lab.leaf(authority));

    await server.close();

    await expect(get(server.origin, authority.pem)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
