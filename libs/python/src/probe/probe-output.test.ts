import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProbe } from './parse-probe.ts';
import { toOutcome } from './to-outcome.ts';
import type { ProbeResult } from './types.ts';

const MARK = '<<<TRUSTFLEET-PROBE-1';
const line = (value: unknown): string => `\n${MARK} ${JSON.stringify(value)}\n`;
const good = { state: 'failed', stage: 'tls', errorClass: 'ssl.SSLError', message: 'm', verifyCode: 20 };
const facts = {
  ...{ importError: null, versionInfo: [3, 0, 0], libressl: false, sni: true, strict: false },
  ...{ partialChain: false, securityLevel: 2, contextClass: 'ssl.SSLContext', httpsVerifies: true },
};

describe('parseProbe', () => {
  it('takes what is marked and of the expected shape, the first of each', () => {
    const output = [
      'noise',
      line({ kind: 'ssl', facts }),
      line({ kind: 'ssl', facts: { ...facts, sni: false } }),
      line({ kind: 'result', index: 0, result: good }),
      line({ kind: 'result', index: 0, result: { ...good, verifyCode: 10 } }),
      `${MARK}0 ${JSON.stringify({ kind: 'result', index: 1, result: good })}`,
      line({ kind: 'end' }),
    ].join('');

    expect(parseProbe(output, MARK)).toEqual({ ended: true, ssl: facts, results: new Map([[0, good]]) });
  });

  it.each([
    { ...good, state: 'fine' },
    { ...good, verifyCode: -1 },
    { ...good, verifyCode: 1e9 },
    { ...good, message: 'x'.repeat(600) },
    { ...good, message: 'half a \ud83d character' },
    { ...good, stage: 'elsewhere' },
    null,
    [],
  ])('does not take %j', (result) => {
    expect(parseProbe(line({ kind: 'result', index: 0, result }), MARK).results.size).toBe(0);
  });

  it('never throws, whatever is printed', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string(),
            fc.json().map((text) => `${MARK} ${text}`),
          ),
        ),
        (lines) => {
          expect(parseProbe(lines.join('\n'), MARK).ended).toBe(false);
        },
      ),
    );
  });

  it.each([
    [
      "Caused by NewConnectionError('<urllib3.HTTPSConnection object at 0x7f5e12ab>: refused')",
      "Caused by NewConnectionError('<urllib3.HTTPSConnection object>: refused')",
    ],
    ['no way through http://ada:pa:ss@proxy.test:3128/', 'no way through http://***@proxy.test:3128/'],
  ])('leaves out what differs from run to run, and secrets: %s', (message, kept) => {
    const output = line({ kind: 'result', index: 0, result: { ...good, message } });

    expect(parseProbe(output, MARK).results.get(0)?.message).toBe(kept);
  });
});

describe('toOutcome', () => {
  const result = (change: Partial<ProbeResult>): ProbeResult => ({
    ...{ endpoint: 'e', host: 'h', port: 443, client: 'ssl', install: null },
    ...{
      state: 'failed',
      stage: 'tls',
      errorClass: 'ssl.SSLError',
      message: 'certificate verify failed',
      verifyCode: null,
    },
    ...change,
  });
  const replayed = (code: number) => ({ ok: code === 0, code, depth: 0, path: [] });
  const error = 'ssl.SSLError: certificate verify failed';

  it.each([
    [result({ state: 'verified' }), null, { result: 'verifies', code: null, error: null }],
    [result({ state: 'unverified' }), null, { result: 'unverified', code: null, error: null }],
    [result({ verifyCode: 20 }), replayed(10), { result: 'fails', code: 20, error }],
    [result({}), null, { result: 'fails', code: null, error }],
    [result({}), replayed(10), { result: 'fails', code: 10, error }],
    [result({}), replayed(0), { result: 'fails', code: null, error }],
    [
      result({ errorClass: 'ssl.CertificateError', message: "hostname 'a' doesn't match 'b'" }),
      replayed(62),
      { result: 'fails', code: 62, error: "ssl.CertificateError: hostname 'a' doesn't match 'b'" },
    ],
    // Cut: no verification was reached, so a number would be a guess.
    [
      result({ errorClass: 'ssl.SSLEOFError', message: 'EOF occurred in violation of protocol' }),
      replayed(10),
      { result: 'fails', code: null, error: 'ssl.SSLEOFError: EOF occurred in violation of protocol' },
    ],
    [
      result({ stage: 'load', errorClass: 'FileNotFoundError', message: '[Errno 2]' }),
      replayed(20),
      { result: 'fails', code: null, error: 'FileNotFoundError: [Errno 2]' },
    ],
    // Not reached: not judged.
    [
      result({ stage: 'connect', errorClass: 'TimeoutError', message: 'timed out' }),
      null,
      { result: 'unknown', code: null, error: 'TimeoutError: timed out' },
    ],
  ])('%#', (probed, verification, outcome) => {
    expect(toOutcome(probed, verification)).toEqual({ probed: outcome, notProbed: null });
  });

  it('leaves out where an object lay: it would differ at every probe', () => {
    const message = "HTTPSConnectionPool(<urllib3.connection.HTTPSConnection object at 0x7f31a2b4c5d0>: 'x')";

    expect(
      toOutcome(result({ state: 'failed', stage: 'tls', errorClass: 'SSLError', message }), null).probed
        ?.error,
    ).toBe("SSLError: HTTPSConnectionPool(<urllib3.connection.HTTPSConnection object at 0x…>: 'x')");
  });

  it('is none where nothing was tried', () => {
    expect(toOutcome(result({ state: 'notProbed', message: 'not installed' }), null)).toEqual({
      probed: null,
      notProbed: 'not installed',
    });
  });
});
