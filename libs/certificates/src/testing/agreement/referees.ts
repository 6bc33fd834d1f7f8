import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { toPem } from '../../encoding.ts';
import type { AgreementCase } from './random-pki.ts';

/** What somebody else makes of a case. `depth` null where it does not tell. */
export interface Answer {
  readonly code: number;
  readonly depth: number | null;
}

const LIMIT_MS = 10 * 60_000;
const ENVIRONMENT = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', OPENSSL_CONF: '/dev/null' };

const pem = (ders: readonly Uint8Array[]): string => ders.map(toPem).join('');

/** The `openssl` program of this machine (3.0): the first error that its callback prints. */
export function askOpenssl(asked: AgreementCase, directory: string, now: number): Answer {
  mkdirSync(directory, { recursive: true });
  const [leaf, chain, anchors] = ['leaf', 'chain', 'anchors'].map((name) =>
    path.join(directory, `${name}.pem`),
  ) as [string, string, string];
  writeFileSync(leaf, pem(asked.chain.slice(0, 1)));
  writeFileSync(chain, pem(asked.chain));
  writeFileSync(anchors, pem(asked.anchors));
  const { serverName } = asked;
  const isAddress = serverName !== null && /^[\d.]+$/.test(serverName);
  const result = spawnSync(
    'openssl',
    [
      'verify',
      ...['-no-CApath', '-no-CAstore', ...(asked.anchors.length > 0 ? ['-CAfile', anchors] : ['-no-CAfile'])],
      ...['-untrusted', chain, '-purpose', 'sslserver', '-attime', String(now)],
      ...['-auth_level', String(asked.securityLevel)],
      ...(asked.strict ? ['-x509_strict'] : []),
      ...(asked.partialChain ? ['-partial_chain'] : []),
      ...(serverName === null ? [] : [isAddress ? '-verify_ip' : '-verify_hostname', serverName]),
      leaf,
    ],
    { env: ENVIRONMENT, timeout: LIMIT_MS, encoding: 'utf8' },
  );
  const [, code, depth] = /error (\d+) at (\d+) depth lookup/.exec(result.stderr) ?? [];
  if (code !== undefined) return { code: Number(code), depth: Number(depth) };
  if (result.status === 0) return { code: 0, depth: 0 };
  throw new Error(`openssl verify says neither yes nor no of seed ${String(asked.seed)}: ${result.stderr}`);
}

interface Handshake {
  readonly chain: string;
  readonly key: string;
  readonly anchors: string;
  readonly serverName: string | null;
  readonly partialChain: boolean;
  readonly strict: boolean;
  readonly securityLevel: number;
}

function handshakes(cases: readonly AgreementCase[]): Handshake[] {
  return cases.map(({ chain, leafKey, anchors, ...settings }) => ({
    ...settings,
    chain: pem(chain),
    key: leafKey.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    anchors: pem(anchors),
  }));
}

/** One handshake after the other through memory; a list of [code or null, text] by seed's order. */
const PYTHON = `
import json, os, ssl, sys, tempfile
directory = sys.argv[1]
def run(case):
    chain = os.path.join(directory, "served.pem")
    with open(chain, "w") as f: f.write(case["key"] + case["chain"])
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.set_ciphers("ALL:@SECLEVEL=0")
    try: server.load_cert_chain(chain)
    except ssl.SSLError as error: return ["unserved", str(error)]
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = case["serverName"] is not None
    client.set_ciphers("ALL:@SECLEVEL=%d" % case["securityLevel"])
    client.verify_flags &= ~(ssl.VERIFY_X509_STRICT | 0x80000)
    if case["strict"]: client.verify_flags |= ssl.VERIFY_X509_STRICT
    if case["partialChain"]: client.verify_flags |= 0x80000
    if case["anchors"]: client.load_verify_locations(cadata=case["anchors"])
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
    c = client.wrap_bio(a, b, server_hostname=case["serverName"])
    s = server.wrap_bio(b, a, server_side=True)
    for _ in range(10):
        done = 0
        for side in (c, s):
            try:
                side.do_handshake()
                done += 1
            except ssl.SSLWantReadError: pass
            except ssl.SSLCertVerificationError as error: return [error.verify_code, error.verify_message]
            except ssl.SSLError as error: return ["tls", str(error)]
        if done == 2: return [0, ""]
    return ["tls", "no end"]
print(json.dumps([run(case) for case in json.load(sys.stdin)]))
`;

/** Real handshakes of one Python (3.7 or later). Null for a case that its own side of TLS cannot do. */
export function askPython(
  python: string,
  cases: readonly AgreementCase[],
  directory: string,
): (Answer | null)[] {
  mkdirSync(directory, { recursive: true });
  const input = JSON.stringify(handshakes(cases));
  const output = execFileSync(python, ['-c', PYTHON, directory], {
    ...{ input, env: ENVIRONMENT, timeout: LIMIT_MS, maxBuffer: 1 << 28, encoding: 'utf8' },
  });
  const answers = JSON.parse(output) as [number | string, string][];
  return answers.map(([code]) => (typeof code === 'number' ? { code, depth: null } : null));
}

/** Any Node from 8 on. Its callback goes on whatever comes: what it tells is the last objection. */
const NODE = `
'use strict';
const tls = require('tls');
const old = process.versions.openssl.startsWith('1.0.');
const settings = old ? {} : { ciphers: 'DEFAULT:@SECLEVEL=0' };
let text = '';
process.stdin.on('data', (piece) => { text += piece; }).on('end', () => {
  const cases = JSON.parse(text);
  const answers = [];
  const next = () => {
    const one = cases[answers.length];
    if (one === undefined) { process.stdout.write(JSON.stringify(answers)); return; }
    const done = (answer) => { if (finished) return; finished = true; answers.push(answer); server.close(); next(); };
    let finished = false;
    let server;
    try {
      server = tls.createServer(Object.assign({ key: one.key, cert: one.chain }, settings), (socket) => { socket.on('error', () => {}); socket.end(); });
    } catch (error) { server = { close() {} }; done(null); return; }
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1', () => {
      let socket;
      try {
        socket = tls.connect(Object.assign({ port: server.address().port, host: '127.0.0.1', ca: one.anchors === '' ? [] : one.anchors.split(/(?=-----BEGIN)/),
          rejectUnauthorized: false, checkServerIdentity: () => undefined, servername: '' }, settings));
      } catch (error) { done(null); return; }
      socket.on('secureConnect', () => { const e = socket._handle.verifyError(); done(e ? { code: e.code, message: e.message } : { code: 0 }); socket.destroy(); });
      socket.on('error', () => done(null));
    });
  };
  next();
});
`;

/** Node's names, and OpenSSL's sentences where Node has none (X509_verify_cert_error_string). */
const NODE_CODES: Readonly<Record<string, number>> = {
  UNABLE_TO_GET_ISSUER_CERT: 2,
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: 6,
  CERT_SIGNATURE_FAILURE: 7,
  CERT_NOT_YET_VALID: 9,
  CERT_HAS_EXPIRED: 10,
  DEPTH_ZERO_SELF_SIGNED_CERT: 18,
  SELF_SIGNED_CERT_IN_CHAIN: 19,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 20,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 21,
  CERT_CHAIN_TOO_LONG: 22,
  PATH_LENGTH_EXCEEDED: 25,
  INVALID_PURPOSE: 26,
  'key usage does not include certificate signing': 32,
  'unhandled critical extension': 34,
  'permitted subtree violation': 47,
  'excluded subtree violation': 48,
  'name constraints minimum and maximum not supported': 49,
  'unsupported name constraint type': 51,
  'unsupported or invalid name constraint syntax': 52,
  'unsupported or invalid name syntax': 53,
};
/** One name, two numbers: 24 before OpenSSL 3.0. */
const INVALID_CA = new Set(['INVALID_CA', 'invalid CA certificate']);

export interface NodeReferee {
  /** The binary. */
  readonly path: string;
  /** Its OpenSSL counts from 3.0 on. */
  readonly openssl3: boolean;
}

/** Null for a case that this Node cannot serve or connect to. */
export function askNode(
  { path: node, openssl3 }: NodeReferee,
  cases: readonly AgreementCase[],
): (Answer | null)[] {
  const output = execFileSync(node, ['-e', NODE], {
    ...{
      input: JSON.stringify(handshakes(cases)),
      env: ENVIRONMENT,
      timeout: LIMIT_MS,
      maxBuffer: 1 << 28,
      encoding: 'utf8',
    },
  });
  return (JSON.parse(output) as ({ code: string | 0; message?: string } | null)[]).map((answer) => {
    if (answer === null) return null;
    if (answer.code === 0) return { code: 0, depth: null };
    const { code: name, message = '' } = answer;
    const invalidCa = INVALID_CA.has(name) || INVALID_CA.has(message);
    const code = invalidCa ? (openssl3 ? 79 : 24) : (NODE_CODES[name] ?? NODE_CODES[message]);
    if (code === undefined) throw new Error(`Node says ${JSON.stringify(answer)}, which has no number here`);
    return { code, depth: null };
  });
}
