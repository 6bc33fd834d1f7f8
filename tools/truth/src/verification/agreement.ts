import { createAnchorSet, verifyChain, type NameRules, type OpenSslProfile } from '@trustfleet/certificates';
import {
  type AgreementCase,
  askNode,
  askOpenssl,
  askPython,
  judge,
  keyPool,
  randomCase,
} from '@trustfleet/certificates/testing';

/** Whoever is asked beside us. */
export type Referee =
  | { readonly kind: 'openssl' }
  | { readonly kind: 'python'; readonly path: string }
  | { readonly kind: 'node'; readonly path: string; readonly openssl: OpenSslProfile['version'] };

export interface Agreement {
  /** Cases that both sides judged. */
  readonly asked: number;
  /** Cases that the referee's own side of TLS cannot serve (1.0.2 and an Ed25519 server). */
  readonly skipped: number;
  /** One line for each that differs, its seed in front. */
  readonly differences: readonly string[];
}

export interface AgreementRequest {
  readonly referee: Referee;
  readonly from: number;
  readonly count: number;
  /** Empty, writable, of this run alone. */
  readonly directory: string;
  /** Seconds since 1970: real clients go by the real clock. */
  readonly now: number;
}

type Given = Pick<OpenSslProfile, 'version' | 'partialChain' | 'strict'>;

/** Random PKIs of `count` seeds, judged by the referee and by `verifyChain` as that version of OpenSSL judges. */
export function agree({ referee, from, count, directory, now }: AgreementRequest): Agreement {
  const pool = keyPool();
  const cases = Array.from({ length: count }, (_, index) => randomCase(from + index, pool, now));
  const theirs = ask(referee, cases, { directory, now });
  const differences = cases.flatMap((asked, index) => {
    const answer = theirs[index] ?? null;
    const mine = answer === null ? 0 : ours(referee, asked, now);
    return answer === null || answer === mine
      ? []
      : [`seed ${asked.seed}: ${referee.kind} says ${answer}, verifyChain says ${mine}`];
  });
  const skipped = theirs.filter((answer) => answer === null).length;
  return { asked: count - skipped, skipped, differences };
}

function ask(
  referee: Referee,
  cases: readonly AgreementCase[],
  { directory, now }: Pick<AgreementRequest, 'directory' | 'now'>,
): (number | null)[] {
  if (referee.kind === 'openssl') return cases.map((asked) => askOpenssl(asked, directory, now).code);
  const answers =
    referee.kind === 'python'
      ? askPython(referee.path, cases, directory)
      : askNode({ path: referee.path, openssl3: referee.openssl[0] >= 3 }, cases);
  return answers.map((answer) => answer?.code ?? null);
}

/** The openssl program takes partial wildcards; Python has told OpenSSL not to. */
const PROGRAM_NAMES: NameRules = { checked: 'openssl', wildcards: 'partial', commonName: 'withoutDnsName' };

function ours(referee: Referee, asked: AgreementCase, now: number): number {
  if (referee.kind === 'node') return lastObjection(asked, now, referee.openssl);
  const request = requestOf(asked, now, { ...asked, version: [3, 0, 19] });
  return verifyChain(referee.kind === 'openssl' ? { ...request, nameRules: PROGRAM_NAMES } : request).code;
}

/** Node goes on whatever is objected to, keeps the last, looks at names itself, and sets no flags. */
function lastObjection(asked: AgreementCase, now: number, version: OpenSslProfile['version']): number {
  let last = 0;
  const lenient = { ...asked, securityLevel: 0 };
  const request = requestOf(lenient, now, { version, partialChain: false, strict: false });
  judge({ ...request, serverName: null }, (code) => {
    last = code;
    return true;
  });
  return last;
}

function requestOf(
  { chain, anchors, serverName, securityLevel }: AgreementCase,
  now: number,
  { version, partialChain, strict }: Given,
): Parameters<typeof verifyChain>[0] {
  return {
    chain,
    anchors: createAnchorSet(anchors),
    at: new Date(now * 1000),
    serverName,
    openssl: { version, partialChain, strict, libressl: false, securityLevel },
  };
}
