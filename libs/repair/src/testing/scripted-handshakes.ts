import { randomUUID } from 'node:crypto';
import type { HostFacts } from '@trustfleet/policy';
import type { TrustSource, VerdictOutcome } from '@trustfleet/protocol';
import type { Handshakes, Measurement, ProofPoint } from '../proof.ts';

/** What one handshake came to. */
export type Answer = 'verifies' | 'refused20' | 'cannotLoad' | 'reset' | 'unreachable';

const OUTCOMES: Readonly<Record<Answer, VerdictOutcome>> = {
  verifies: { result: 'verifies', code: null, error: null },
  refused20: {
    ...{ result: 'fails', code: 20 },
    error: 'certificate verify failed: unable to get local issuer certificate',
  },
  cannotLoad: {
    ...{ result: 'fails', code: null },
    error: 'OSError: Could not find a suitable TLS CA certificate bundle, invalid path: /etc/x.pem',
  },
  reset: { result: 'fails', code: null, error: 'ConnectionResetError: [Errno 104] Connection reset by peer' },
  unreachable: { result: 'unknown', code: null, error: 'TimeoutError: timed out' },
};

export const ENDPOINT = randomUUID();
export const PYTHON = '/opt/venv/bin/python';

function sourceOf(client: 'requests' | 'ssl'): TrustSource {
  return {
    ...{ id: client.padEnd(16, '0').replace(/[^0-9a-f]/g, 'a'), python: PYTHON, client, install: null },
    ...{ version: null, accounts: [], steps: [], state: 'anchors', error: null, anchors: 1, digest: null },
  };
}

export type Answers = Readonly<Partial<Record<'requests' | 'ssl', Answer>>>;

/** `foretold`: what libs/diagnosis would make of the facts after the change; `facts` are those before it. */
export function measurement(
  answers: Answers,
  { foretold = answers, facts = {} }: { foretold?: Answers; facts?: HostFacts } = {},
): Measurement {
  const given = Object.entries(answers) as [keyof Answers, Answer][];
  return {
    sources: given.map(([client]) => sourceOf(client)),
    verdicts: given.map(([client, answer]) => pointOf(client, answer, 'probed')),
    endpoints: [{ id: ENDPOINT, host: 'site.studio.example', port: 443 }],
    facts,
    judge: () => {
      const told = Object.entries(foretold) as [keyof Answers, Answer][];
      return {
        sources: told.map(([client]) => ({ ...sourceOf(client), digest: 'f'.repeat(64) })),
        verdicts: told.map(([client, answer]) => pointOf(client, answer, 'predicted')),
      };
    },
  };
}

function pointOf(client: keyof Answers, answer: Answer, how: 'probed' | 'predicted'): ProofPoint {
  const outcome = OUTCOMES[answer];
  return {
    ...{ source: sourceOf(client).id, endpoint: ENDPOINT, cause: null },
    predicted: outcome,
    probed: how === 'probed' ? outcome : null,
  };
}

/** Handshakes that come out as a test says, one round after the other; the last of them again and again. */
export function scripted(rounds: readonly (Measurement | Error)[]): Handshakes & {
  readonly asked: (readonly string[] | null)[];
} {
  const asked: (readonly string[] | null)[] = [];
  return {
    asked,
    measure(_signal, only) {
      const round = rounds[Math.min(asked.length, rounds.length - 1)];
      asked.push(only === undefined ? null : [...only]);
      if (round instanceof Error) return Promise.reject(round);
      return Promise.resolve(round ?? null);
    },
  };
}
