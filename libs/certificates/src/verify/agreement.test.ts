import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgreementCase, keyPool, randomCase } from '../testing/agreement/random-pki.ts';
import { askOpenssl, askPython } from '../testing/agreement/referees.ts';
import { createAnchorSet } from './anchor-set.ts';
import type { NameRules, Verification } from './types.ts';
import { verifyChain } from './verify-chain.ts';

/** Another one is another sample: `AGREEMENT_SEED=… npx vitest run`. */
const SEED = Number(process.env['AGREEMENT_SEED'] ?? Math.floor(Math.random() * 1e9));
const SAMPLE = Number(process.env['AGREEMENT_CASES'] ?? 150);
const now = Math.floor(Date.now() / 1000);

let directory: string;
let cases: readonly AgreementCase[];
beforeAll(() => {
  console.log(`agreement with OpenSSL: seeds from ${String(SEED)}, ${String(SAMPLE)} cases`);
  directory = mkdtempSync(path.join(tmpdir(), 'trustfleet-agreement-'));
  const pool = keyPool();
  cases = Array.from({ length: SAMPLE }, (_, index) => randomCase(SEED + index, pool, now));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function ours(asked: AgreementCase, nameRules?: NameRules): Verification {
  const { chain, anchors, serverName, partialChain, strict, securityLevel } = asked;
  return verifyChain({
    chain,
    anchors: createAnchorSet(anchors),
    at: new Date(now * 1000),
    serverName,
    ...(nameRules === undefined ? {} : { nameRules }),
    openssl: { version: [3, 0, 19], libressl: false, partialChain, strict, securityLevel },
  });
}

describe(`random PKIs, seeds from ${String(SEED)}`, () => {
  it('are judged as the openssl program judges them, with the same first error at the same depth', () => {
    // The program takes partial wildcards; Python has told OpenSSL not to.
    const nameRules: NameRules = { checked: 'openssl', wildcards: 'partial', commonName: 'withoutDnsName' };
    const found = cases.map((asked) => ({ seed: asked.seed, ...pick(ours(asked, nameRules)) }));

    expect(found).toEqual(cases.map((asked) => ({ seed: asked.seed, ...askOpenssl(asked, directory, now) })));
  }, 600_000);

  it('are judged as Python’s ssl judges them in a handshake', () => {
    const answers = askPython('python3', cases, directory);
    const found = cases.map((asked) => ({ seed: asked.seed, code: ours(asked).code }));

    expect(found).toEqual(cases.map(({ seed }, index) => ({ seed, code: answers[index]?.code })));
  }, 600_000);
});

function pick({ code, depth }: Verification): { code: number; depth: number } {
  return { code, depth };
}
