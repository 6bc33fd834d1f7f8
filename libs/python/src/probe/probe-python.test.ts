import { execFileSync } from 'node:child_process';
import { pythonSsl } from '@trustfleet/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byName, createProbeLab, startProxy, type ProbeLab } from '../testing/probe-lab.ts';
import { realInterpreters } from '../testing/pythons.ts';

let lab: ProbeLab;

beforeAll(async () => {
  lab = await createProbeLab();
  const { tls, root, intermediate, leaf } = lab;
  const stranger = await tls.authority('Stranger');
  await lab.serve('good', leaf, [intermediate]);
  await lab.serve('root sent', leaf, [intermediate, root]);
  await lab.serve('TLS 1.2', leaf, { chain: [intermediate], maxVersion: 'TLSv1.2' });
  await lab.serve('no intermediate', leaf);
  await lab.serve('expired', await tls.leaf(root, { now: new Date('2020-01-01T00:00:00Z') }));
  await lab.serve('not yet', await tls.leaf(root, { now: new Date('2040-01-01T00:00:00Z') }));
  await lab.serve('wrong name', await tls.leaf(root, { dnsNames: ['other.test'], ipAddresses: [] }));
  await lab.serve('self-signed', await tls.selfSigned());
  await lab.serve('stranger', await tls.leaf(stranger), [stranger]);
  await lab.listen('silent', () => undefined);
  await lab.listen('plain', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await lab.listen('cut', (socket) => socket.once('data', () => socket.resetAndDestroy()));
});
afterAll(() => lab.close());

const versionOf = (python: string): number =>
  Number(
    execFileSync(python, ['-c', 'import sys; print(sys.version_info[0] * 100 + sys.version_info[1])'], {
      encoding: 'utf8',
    }),
  );

/** failures.md §7.1. */
const CODES: Readonly<Record<string, number | 'verified'>> = {
  good: 'verified',
  'root sent': 'verified',
  'TLS 1.2': 'verified',
  'no intermediate': 20,
  expired: 10,
  'not yet': 9,
  'wrong name': 62,
  'self-signed': 18,
  stranger: 19,
};

describe.each(realInterpreters())('%s', (python) => {
  it('shakes hands as its own clients do, and sends nothing', async () => {
    const clients = ['ssl', 'toolkit.urlopen', 'pip'] as const;
    const targets = Object.keys(CODES).flatMap((server) =>
      clients.map((client) => lab.target(server, client)),
    );

    const run = await lab.probe(python, { targets, variables: { PIP_CERT: lab.host.at('ca.pem') } });

    expect(run.notProbed).toBeNull();
    expect(pythonSsl.parse(run.ssl)).toMatchObject({ importError: null, httpsVerifies: true, sni: true });
    expect(run.results.map(({ endpoint, client }) => [endpoint, client])).toEqual(
      targets.map(({ endpoint, client }) => [endpoint, client]),
    );
    const old = versionOf(python) < 307;
    for (const { endpoint, client, state, stage, verifyCode, message } of run.results) {
      const expected = CODES[endpoint];
      expect([endpoint, client, state, stage]).toEqual([
        endpoint,
        client,
        expected === 'verified' ? 'verified' : 'failed',
        'tls',
      ]);
      // pip's urllib3 compares names itself in some releases: no number then.
      const own = endpoint === 'wrong name' && client === 'pip' && verifyCode === null;
      if (expected !== 'verified' && !own)
        expect([endpoint, client, verifyCode]).toEqual([endpoint, client, old ? null : expected]);
      if (expected !== 'verified')
        expect(message).toMatch(/certificate verify failed|doesn't match|mismatch/i);
    }
    expect(lab.requests()).toBe(0);
  });

  it('says where it ended when it did not come to a certificate', async () => {
    const none = { ...lab.target('plain', 'ssl'), endpoint: 'nameless', host: 'no-such-host.invalid' };
    const refused = { ...lab.target('plain', 'ssl'), endpoint: 'refused', port: 1 };
    const targets = [
      ...['silent', 'plain', 'cut'].map((server) => lab.target(server, 'toolkit.urlopen')),
      none,
      refused,
    ];

    const { results } = await lab.probe(python, { targets, connectTimeoutMs: 1000 });

    const stages = results.map(({ endpoint, state, stage, verifyCode }) => [
      endpoint,
      state,
      stage,
      verifyCode,
    ]);
    expect(stages).toEqual([
      ['silent', 'failed', 'tls', null],
      ['plain', 'failed', 'tls', null],
      ['cut', 'failed', 'tls', null],
      ['nameless', 'failed', 'connect', null],
      ['refused', 'failed', 'connect', null],
    ]);
    for (const { message } of results) expect(message).not.toMatch(/0x|Traceback/);
  });
});

describe('one Python', () => {
  const python = realInterpreters().findLast((path) => versionOf(path) >= 307)!;

  it('gives each client what the variables say, and nothing else', async () => {
    const other = lab.host.put('other.pem', (await lab.tls.authority('Other')).pem);
    const clients = ['ssl', 'pip'] as const;
    const targets = clients.map((client) => lab.target('good', client));

    const both = byName((await lab.probe(python, { targets, variables: { PIP_CERT: other } })).results);
    const missing = await lab.probe(python, {
      targets,
      variables: { PIP_CERT: lab.host.at('no.pem'), SSL_CERT_FILE: other },
    });

    expect([both['good ssl']?.state, both['good pip']?.verifyCode]).toEqual(['verified', 20]);
    expect(byName(missing.results)).toMatchObject({
      'good ssl': { state: 'failed', verifyCode: 20 },
      'good pip': { state: 'failed', stage: 'load', errorClass: 'OSError' },
    });
  });

  it('finds packages on PYTHONPATH, and says which are not there', async () => {
    // Real requests and urllib3, those of pip, under their own names.
    const again = (name: string): string =>
      `import sys, pip._vendor.${name} as real\nsys.modules['${name}'] = real\n`;
    lab.host.put('extra/requests.py', again('requests'));
    lab.host.put('extra/urllib3.py', again('urllib3'));
    lab.host.put('extra/httplib2.py', 'import not_there_at_all\n');
    const targets = (['requests', 'urllib3', 'httplib2', 'boto3', 'conda'] as const).map((client) =>
      lab.target('good', client),
    );
    const variables = { PYTHONPATH: lab.host.at('extra'), PYTHONNOUSERSITE: '1' };
    const { results } = await lab.probe(python, {
      targets,
      variables: { ...variables, REQUESTS_CA_BUNDLE: lab.host.at('ca.pem') },
    });

    expect(byName(results)).toMatchObject({
      'good requests': { state: 'verified' },
      'good urllib3': { state: 'verified' },
      'good httplib2': { state: 'failed', stage: 'import', errorClass: 'ModuleNotFoundError' },
      'good conda': { state: 'notProbed' },
    });
  });

  it('takes the way that the variables name, with its credentials', async () => {
    const proxy = await startProxy(lab);
    const targets = (['ssl', 'toolkit.urlopen', 'pip'] as const).flatMap((client) => [
      { ...lab.target('good', client), host: 'localhost' },
      { ...lab.target('stranger', client), host: 'localhost' },
    ]);
    const variables = {
      HTTPS_PROXY: `http://ada:p%40ss@127.0.0.1:${proxy.port}`,
      PIP_CERT: lab.host.at('ca.pem'),
    };

    const { results } = await lab.probe(python, { targets, variables });

    expect(results.map(({ state, verifyCode }) => [state, verifyCode])).toEqual(
      targets.map(({ endpoint }) => (endpoint === 'good' ? ['verified', null] : ['failed', 19])),
    );
    expect(proxy.asked).toHaveLength(targets.length);
    const credentials = Buffer.from('ada:p@ss').toString('base64');
    for (const head of proxy.asked)
      expect(head.toLowerCase()).toContain(`proxy-authorization: basic ${credentials.toLowerCase()}`);
    expect(lab.requests()).toBe(0);
  });
});
