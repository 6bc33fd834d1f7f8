import { execFile, execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTlsLab, type LabCertificate, type TlsLab } from '@trustfleet/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agent, type Finished } from './testing/agent-process.ts';
import { cli } from './testing/run-cli.ts';

/** Only for the shell that is judged: of this machine nothing else is looked at. */
const PYTHON = execFileSync('python3', ['-c', 'import os, sys; print(os.path.realpath(sys.executable))'], {
  encoding: 'utf8',
}).trim();

let directory: string;
let root: string;
let lab: TlsLab;
let authority: LabCertificate;
let server: string;
beforeEach(async () => {
  directory = await mkdtemp(join(process.getuid?.() === 0 ? '/var/lib' : tmpdir(), 'trustfleet-doctor-'));
  await chmod(directory, 0o755);
  root = join(directory, 'root');
  await mkdir(join(root, 'etc'), { recursive: true });
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  lab = createTlsLab();
  authority = await lab.authority('Studio Root');
  const { port } = await lab.serve(await lab.leaf(authority));
  server = `localhost:${port}`;
});
afterEach(async () => {
  await lab.close();
  await rm(directory, { recursive: true, force: true });
});

async function put(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}
/** A tree of its own, and the one Python by PATH. */
const doctor = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> =>
  agent(['doctor', '--root', root, '--state-dir', join(directory, 'state'), ...args], {
    PATH: join(PYTHON, '..'),
    ...env,
  });

interface Report {
  readonly endpoints: { readonly endpoint: string; readonly network: string }[];
  readonly environments: {
    readonly python: string;
    readonly code: { readonly path: string; readonly line: number } | null;
    readonly results: Record<string, unknown>[];
  }[];
}
const reportOf = ({ stdout }: Finished): Report => JSON.parse(stdout) as Report;
const ofSsl = (report: Report): Record<string, unknown>[] =>
  report.environments.flatMap(({ results }) => results.filter(({ client }) => client === 'ssl'));

describe('doctor', () => {
  it('verifies where the shell’s own variable names the CA, and says so of a real handshake', async () => {
    const bundle = await put('ca.pem', authority.pem);

    const finished = await doctor(['--here', '--json', server], { SSL_CERT_FILE: bundle });

    const [ssl] = ofSsl(reportOf(finished));
    expect(ssl).toMatchObject({
      endpoint: server,
      result: 'verifies',
      cause: null,
      probed: { result: 'verifies' },
      predicted: { result: 'verifies' },
    });
    expect(finished.stderr).toMatch(/Looking for Python environments[^]*Looking at localhost[^]*Probing /);
  });

  it('names cause, evidence and fix under a failure, in a table of environments and servers', async () => {
    const { code, stdout } = await doctor(['--here', server], {
      SSL_CERT_FILE: join(directory, 'nowhere.pem'),
      SSL_CERT_DIR: join(directory, 'nowhere'),
    });

    expect(code).toBe(1);
    const [head = '', first = ''] = stdout.split('\n');
    expect(head.trim()).toBe(server);
    expect(first).toMatch(/python.* FAILS/);
    expect(stdout).toMatch(
      new RegExp(
        `ssl [^\\n]*: a variable names a file that does not exist\\n[^]*variable: SSL_CERT_(?:FILE|DIR)\\n[^]*path: ${directory}/nowhere[^]*defined in: this shell\\n[^]*fix: Put the file there, or unset the variable\\.`,
      ),
    );
    expect(stdout).toMatch(/- Set SSL_CERT_(?:FILE|DIR) to the union bundle/);
  });

  it('foretells the same without starting any Python', async () => {
    const [really, foretold] = await Promise.all([
      doctor(['--here', '--json', server]),
      doctor(['--here', '--json', '--no-probe', server]),
    ]);

    const [seen] = ofSsl(reportOf(really));
    const [predicted] = ofSsl(reportOf(foretold));
    expect(seen).toMatchObject({ result: 'fails', cause: 'anchorMissing', code: 20, probed: { code: 20 } });
    expect(predicted).toMatchObject({ result: 'fails', cause: 'anchorMissing', code: 20, probed: null });
    expect(foretold.stderr).not.toContain('Probing');
  });

  it('does not take who cannot be reached for a matter of trust', async () => {
    const gone = await lab.serve(await lab.leaf(authority));
    await gone.close();

    const finished = await doctor(['--here', '--json', `localhost:${gone.port}`]);

    expect(finished.code).toBe(1);
    expect(reportOf(finished).endpoints).toMatchObject([{ network: 'refused' }]);
    expect(ofSsl(reportOf(finished))).toMatchObject([
      { cause: 'unreachable', fix: expect.stringContaining('No change of trust') as string },
    ]);
  });

  it('says once, and not for each Python, why nobody reaches a server', async () => {
    const gone = await lab.serve(await lab.leaf(authority));
    await gone.close();
    // A second environment of the same program, so that there are two rows.
    await mkdir(join(directory, 'venv/bin'), { recursive: true });
    await put('venv/pyvenv.cfg', `home = ${join(PYTHON, '..')}\n`);
    await symlink(PYTHON, join(directory, 'venv/bin/python'));
    const bundle = await put('ca.pem', authority.pem);

    const { code, stdout } = await doctor(
      ['--search', join(directory, 'venv'), '--here', `localhost:${gone.port}`, server],
      { SSL_CERT_FILE: bundle },
    );

    expect(code).toBe(1);
    expect(stdout.match(/not reached/g)?.length).toBeGreaterThanOrEqual(2);
    expect(stdout.match(/the server cannot be reached/g)).toHaveLength(1);
    expect(stdout).toMatch(
      new RegExp(`\nlocalhost:${gone.port}: the server cannot be reached, for everybody on this machine\n`),
    );
    expect(stdout).not.toMatch(new RegExp(`→ localhost:${gone.port}`));
  });

  it('judges two servers in two columns', async () => {
    const bundle = await put('ca.pem', authority.pem);
    const stranger = await lab.serve(await lab.leaf(await lab.authority('Stranger')));

    const { stdout } = await doctor(['--here', server, `127.0.0.1:${stranger.port}`], {
      SSL_CERT_FILE: bundle,
      REQUESTS_CA_BUNDLE: bundle,
      PIP_CERT: bundle,
      HTTPLIB2_CA_CERTS: bundle,
      AWS_CA_BUNDLE: bundle,
    });

    expect(stdout.split('\n')[0]).toMatch(
      new RegExp(`127\\.0\\.0\\.1:${stranger.port} .*${server}|${server} .*127`),
    );
    expect(stdout).toMatch(/it does not trust the CA behind this server[^]*issuer: CN=Stranger/);
  });

  it('judges code that names its own file beside the Python that runs it, as that code itself finds', async () => {
    const bundle = await put('ca.pem', authority.pem);
    const stranger = await put('stranger.pem', (await lab.authority('Stranger')).pem);
    await mkdir(join(directory, 'pipeline'));
    const source = (trusted: string): string =>
      [
        'import socket, ssl, sys',
        `context = ssl.create_default_context(cafile="${trusted}")`,
        'with socket.create_connection(("localhost", int(sys.argv[1])), 10) as plain:',
        '    context.wrap_socket(plain, server_hostname="localhost").close()',
      ].join('\n');
    const code = {
      wrong: await put('pipeline/wrong.py', source(stranger)),
      right: await put('pipeline/right.py', source(bundle)),
    };
    const settings = await put('scan.json', JSON.stringify({ code: [join(directory, 'pipeline')] }));

    const finished = await doctor(['--here', '--json', '--scan-settings', settings, server], {
      SSL_CERT_FILE: bundle,
    });

    const results = reportOf(finished).environments.map((row) => ({
      code: row.code === null ? null : `${row.code.path}:${row.code.line}`,
      ssl: row.results.find(({ client }) => client === 'ssl'),
    }));
    const of = (place: string | null) => results.find((row) => row.code === place)?.ssl;
    expect(of(null)).toMatchObject({ result: 'verifies', cause: null, probed: { result: 'verifies' } });
    expect(of(`${code.right}:2`)).toMatchObject({ result: 'verifies', cause: null });
    expect(of(`${code.wrong}:2`)).toMatchObject({
      ...{ result: 'fails', code: 20, cause: 'trustedInCode', remedies: [expect.stringMatching(/code/)] },
      evidence: {
        file: code.wrong,
        line: 2,
        value: stranger,
        anchors: 1,
        stillWorks: expect.stringContaining('ssl') as string,
      },
    });
    // The server lives in this process, which must not wait.
    const run = (path: string): Promise<string> =>
      promisify(execFile)(PYTHON, [path, server.split(':')[1] ?? ''], { timeout: 30_000 }).then(
        () => 'verifies',
        (error: unknown) => String((error as { stderr?: string }).stderr),
      );
    expect(await run(code.right)).toBe('verifies');
    expect(await run(code.wrong)).toMatch(/verify failed: unable to get local issuer certificate/);
  });

  it('without a server tells what can verify nothing at all', async () => {
    const { stderr, stdout } = await doctor(['--here', '--no-probe']);

    expect(stderr).toMatch(/No server is named and none is configured/);
    expect(stdout).toMatch(/1 Python environment\.|Python environments\./);
  });

  it.each([
    [['host:0'], /host:0 is no server: write host or host:port/],
    [['a b'], /a b is no server/],
    [['--hear'], /unknown option '--hear'/],
    [['--explain', '/nonexistent/log'], /--explain: ENOENT.*Name a file, or - for what comes by stdin/],
  ])('%j is wrong use', async (args, sentence) => {
    const { code, stdout, stderr } = await cli('doctor', ...args);

    expect(stderr).toMatch(sentence);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

describe('doctor --explain', () => {
  it('says what an artist’s traceback means', async () => {
    const path = await put(
      'log.txt',
      'Traceback (most recent call last):\nShotgunError: Max attemps limit reached.\n',
    );

    const { code, stdout } = await cli('doctor', '--explain', path);

    expect(stdout).toMatch(/^line 2: ShotgunError: Max attemps[^]*most likely: /);
    expect(code).toBe(0);
  });

  it('says when nothing in it is known', async () => {
    const { code, stdout } = await cli('doctor', '--explain', await put('log.txt', 'hello\n'));

    expect(stdout).toMatch(/Nothing in it is known/);
    expect(code).toBe(1);
  });
});
