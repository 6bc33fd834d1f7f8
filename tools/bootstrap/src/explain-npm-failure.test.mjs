import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainNpmFailure, presentedIssuer, registryIn, tlsFailureIn } from './explain-npm-failure.mjs';

const dir = mkdtempSync('/tmp/trustfleet-npm-');
let server;
let port;

const openssl = (...args) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });

beforeAll(async () => {
  openssl(
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-subj',
    '/O=Studio Security/CN=Inspecting Proxy CA',
    '-days',
    '2',
  );
  openssl(
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    'leaf.key',
    '-out',
    'leaf.csr',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost',
  );
  openssl(
    'x509',
    '-req',
    '-in',
    'leaf.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-copy_extensions',
    'copy',
    '-out',
    'leaf.pem',
    '-days',
    '1',
  );
  const read = (name) => readFileSync(path.join(dir, name), 'utf8');
  server = createServer(
    { key: read('leaf.key'), cert: read('leaf.pem') + read('ca.pem') },
    (_request, response) => response.end('{}'),
  );
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address());
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Asynchronous: the server that npm talks to lives in this process. */
function npmAgainstProxy() {
  return new Promise((resolve) => {
    const child = spawn(
      'npm',
      [
        'view',
        'left-pad',
        '--fetch-retries=0',
        `--registry=https://localhost:${port}/`,
        `--cache=${dir}/cache`,
      ],
      {
        cwd: dir,
        env: { PATH: process.env.PATH, HOME: dir, npm_config_globalconfig: path.join(dir, 'npmrc') },
      },
    );
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.stderr.on('data', (chunk) => (text += chunk));
    child.on('close', () => resolve(text));
  });
}

describe('an npm that meets TLS inspection', () => {
  it('is explained with the issuer that it met and the two ways out, never by switching verification off', async () => {
    const output = await npmAgainstProxy();

    const sentence = await explainNpmFailure(output, () => presentedIssuer({ host: 'localhost', port }));

    expect(tlsFailureIn(output)).toBe('SELF_SIGNED_CERT_IN_CHAIN');
    expect(sentence).toContain('Inspecting Proxy CA (Studio Security)');
    expect(sentence).toContain('NODE_EXTRA_CA_CERTS');
    expect(sentence).toContain('cafile');
    expect(sentence).not.toMatch(/strict-ssl/);
  });

  it('reads the registry out of npm’s words', () => {
    expect(registryIn('npm error request to https://registry.studio.example:8443/left-pad failed')).toEqual({
      host: 'registry.studio.example',
      port: 8443,
    });
  });

  it('gives npm’s own last lines for any other failure', async () => {
    await expect(explainNpmFailure('npm error code ENOSPC\nnpm error no space left')).resolves.toContain(
      'no space left',
    );
  });

  it('says so when no issuer can be read', async () => {
    await expect(
      explainNpmFailure('SELF_SIGNED_CERT_IN_CHAIN', () => Promise.resolve(undefined)),
    ).resolves.toContain('its issuer could not be read');
  });
});
