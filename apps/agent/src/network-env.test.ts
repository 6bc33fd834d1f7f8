import type { Host } from '@trustfleet/host';
import { expect, it } from 'vitest';
import { createPythonPackageAccess } from './python-package-access.ts';

const ENV = {
  HTTPS_PROXY: 'ana:pass@proxy.example:3128',
  HTTP_PROXY: 'http://ana:p@ss@proxy.example:3128',
  NO_PROXY: 'localhost,.example',
  https_proxy: 'http://proxy.example:3128',
  PIP_CERT: '/etc/ssl/@studio/ca.pem',
  HOME: '/root',
};

/** What a Python that runs as that account finds in its environment. */
async function envOf(account: { uid: number; gid: number } | null): Promise<unknown> {
  let seen: unknown = null;
  const host = {
    ...{ platform: 'linux', uid: 0, canActAs: true },
    users: () => Promise.resolve({ users: [], detail: null }),
    runProgram: ({ env }: { env: unknown }) => {
      seen = env;
      return Promise.resolve({ state: 'exited', exitCode: 0, stdout: Buffer.of(), stderr: Buffer.of() });
    },
  } as unknown as Host;
  const access = createPythonPackageAccess({
    ...{ host, root: '/', command: ['/bin/false'], env: ENV },
    facts: () => Promise.resolve({}),
    isKeeper: () => Promise.resolve(false),
  });
  await access.run({
    ...{ argv: ['/bin/false'], account, env: {}, network: true },
    ...{ timeoutMs: 1000, maxOutputBytes: 1000, signal: new AbortController().signal },
  });
  return seen;
}

it('another account is handed no password of a proxy, however it is written', async () => {
  const own = { HOME: '/', PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' };
  const { NO_PROXY, https_proxy, PIP_CERT } = ENV;
  expect(await envOf({ uid: 4242, gid: 4242 })).toEqual({ ...own, NO_PROXY, https_proxy, PIP_CERT });
  expect(await envOf(null)).toMatchObject({ HTTPS_PROXY: ENV.HTTPS_PROXY, HTTP_PROXY: ENV.HTTP_PROXY });
});
