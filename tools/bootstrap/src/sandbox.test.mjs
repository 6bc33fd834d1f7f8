import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { namespaceFlags, runInSandbox, sandboxArgv } from './sandbox.mjs';

const parent = mkdtempSync('/tmp/trustfleet-sandbox-');
afterAll(() => rmSync(parent, { recursive: true, force: true }));

const own = () => readFileSync('/etc/ssl/certs/ca-certificates.crt', 'utf8');

function makeRoots(count) {
  const roots = path.join(parent, `roots-${count}`);
  mkdirSync(roots);
  for (let index = 0; index < count; index += 1) {
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-keyout',
        '/dev/null',
        '-out',
        path.join(roots, `r${index}.crt`),
        '-subj',
        `/CN=Root ${index}`,
        '-days',
        '2',
      ],
      { stdio: 'pipe' },
    );
  }
  return roots;
}
const count = (bundle) => bundle.split('BEGIN CERTIFICATE').length - 1;

describe('sandbox host', () => {
  const flags = namespaceFlags();
  const roots = makeRoots(3);
  const sandbox = (name) => ({ flags, dir: path.join(parent, name), roots, node: process.execPath });

  it('has a store of exactly its own roots, which its tools can change, while the machine’s stays as it was', () => {
    const before = own();
    const extra = path.join(parent, 'extra.crt');
    writeFileSync(extra, readFileSync(path.join(makeRoots(1), 'r0.crt')));

    const first = runInSandbox(sandbox('a'), ['cat', '/etc/ssl/certs/ca-certificates.crt']);
    runInSandbox(sandbox('a'), ['cp', extra, '/usr/local/share/ca-certificates/extra.crt']);
    runInSandbox(sandbox('a'), ['/usr/sbin/update-ca-certificates']);
    const changed = runInSandbox(sandbox('a'), ['cat', '/etc/ssl/certs/ca-certificates.crt']);

    expect([count(first), count(changed)]).toEqual([3, 4]);
    expect(own()).toBe(before);
  });

  it('lets nothing else of this machine be written, but its own and what is named', () => {
    const state = path.join(parent, 'state of c');
    mkdirSync(state);
    const write = (place) => `echo x > '${place}/trustfleet-sandbox-test' && echo wrote || echo refused`;
    const at = (...places) =>
      runInSandbox({ ...sandbox('c'), writable: [state] }, ['sh', '-c', places.map(write).join(';')], {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
        .trim()
        .split('\n');

    expect(at('/root', '/opt', '/usr/lib', '/var/lib', '/')).toEqual(Array(5).fill('refused'));
    expect(at('/etc', state, '/tmp')).toEqual(Array(3).fill('wrote'));
    rmSync('/tmp/trustfleet-sandbox-test', { force: true });
    expect(existsSync('/etc/trustfleet-sandbox-test')).toBe(false);
  });

  it('waits for a program of the namespace before it, so that no overlay lies over another', async () => {
    const [program, ...args] = sandboxArgv(sandbox('b'), ['sleep', '2']);
    const earlier = spawn(program, args, { stdio: 'ignore' });
    const ended = new Promise((resolve) => earlier.once('close', resolve));
    let over = false;
    void ended.then(() => (over = true));
    await new Promise((resolve) => setTimeout(resolve, 1000));

    const later = new Promise((resolve) => {
      const [next, ...rest] = sandboxArgv(sandbox('b'), ['true']);
      spawn(next, rest, { stdio: 'ignore' }).once('close', (code) => resolve({ code, earlierWasOver: over }));
    });

    await expect(later).resolves.toEqual({ code: 0, earlierWasOver: true });
    await ended;
  });
});
