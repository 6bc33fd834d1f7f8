import { X509Certificate } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import {
  enrolError,
  enrolResponse,
  ENROL_PATH,
  type EnrolError,
  type EnrolmentTokenContent,
  type EnrolResponse,
  type KeySet,
} from '@trustfleet/protocol';
import {
  decodeEnrolmentToken,
  EnrolmentTokenError,
  keyPairFromSeed,
  keySetOfServerKey,
  openKeySet,
  sha256Hex,
  signEnrolment,
  toBase64,
} from '@trustfleet/signing';
import { ConnectFailure, describeNetworkError, quoted } from './failure.ts';
import { openTls, reachesPin, type TlsPeer } from './tls.ts';
import type { AgentIdentity, EnrolRequestFacts } from './types.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
/** Far above a real answer (about 2 KiB). */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Why an enrolment failed; `message` says it to a person. */
export type EnrolmentFailure =
  'badToken' | 'unreachable' | 'wrongServer' | 'malformedAnswer' | EnrolError['error'];

export class EnrolmentFailed extends Error {
  override readonly name = 'EnrolmentFailed';
  readonly code: EnrolmentFailure;

  constructor(code: EnrolmentFailure, message: string) {
    super(message);
    this.code = code;
  }
}

const REFUSALS: Readonly<Record<EnrolError['error'], string>> = {
  invalidToken:
    'The server does not know this enrolment token: copy it whole, or make a new one in the dashboard.',
  usedToken: 'This enrolment token was used before: make a new one in the dashboard.',
  expiredToken: 'This enrolment token has expired: make a new one in the dashboard.',
  badSignature:
    'The server refused the proof of this machine’s new key: try again; if it stays, report a bug.',
  badRequest: 'The server did not understand this agent: do agent and server have versions that fit?',
  slowDown:
    'The server asks to wait: too many machines enrol at once, or too many wrong tokens came from this address. Try again in a minute.',
};

/**
 * Turns this machine into a host (protocol.md, "Identity"): TLS against the CA that the token pins, proof of possession of the
 * new key, the answer checked against the token. Throws `EnrolmentFailed`; the token's secret is sent to nobody but the pinned server.
 */
export async function enrol(facts: EnrolRequestFacts): Promise<AgentIdentity> {
  const token = readToken(facts.token);
  const deadline = AbortSignal.timeout(facts.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const peer = await connectPinned(token, deadline);
  try {
    const answer = await post(peer, token, { facts, deadline });
    return makeIdentity(checkAnswer(answer, token), { token, facts });
  } finally {
    peer.socket.destroy();
  }
}

function readToken(text: string): EnrolmentTokenContent {
  try {
    return decodeEnrolmentToken(text);
  } catch (error) {
    if (error instanceof EnrolmentTokenError) throw new EnrolmentFailed('badToken', error.message);
    throw error;
  }
}

async function connectPinned(token: EnrolmentTokenContent, signal: AbortSignal): Promise<TlsPeer> {
  let peer: TlsPeer;
  try {
    peer = await openTls({ address: token.address, timeoutMs: DEFAULT_TIMEOUT_MS, signal });
  } catch (error) {
    if (error instanceof ConnectFailure) throw new EnrolmentFailed('unreachable', error.message);
    throw error;
  }
  if (reachesPin(peer.chain, token.caPin)) return peer;
  peer.socket.destroy();
  const issuer = quoted(peer.chain[0]?.issuer.replaceAll('\n', ', ') ?? 'nobody');
  throw new EnrolmentFailed(
    'wrongServer',
    `${new URL(token.address).host} serves a certificate issued by ${issuer}, not by the fleet CA that the token pins. ` +
      'The address is another server’s, or a TLS-inspecting proxy stands in between: enrol past it, or exempt this address there. The token was not sent.',
  );
}

interface Exchange {
  readonly facts: EnrolRequestFacts;
  readonly deadline: AbortSignal;
}

async function post(
  peer: TlsPeer,
  token: EnrolmentTokenContent,
  exchange: Exchange,
): Promise<{ status: number; body: unknown }> {
  const { keySeed, hostname, platform, agentVersion } = exchange.facts;
  const key = keyPairFromSeed('ed25519', keySeed);
  const proof = { fleetId: token.fleetId, secret: token.secret, publicKey: key.publicKey };
  const body = JSON.stringify({
    secret: token.secret,
    publicKey: key.publicKey,
    signature: signEnrolment(proof, key.privateKey),
    hostname: hostname.slice(0, 512),
    platform,
    agentVersion,
  });
  try {
    return await exchangeHttp(peer, { body, host: new URL(token.address).host, signal: exchange.deadline });
  } catch (error) {
    if (error instanceof EnrolmentFailed) throw error;
    throw new EnrolmentFailed('unreachable', describeNetworkError(new URL(token.address).host, error));
  }
}

function exchangeHttp(
  peer: TlsPeer,
  request: { readonly body: string; readonly host: string; readonly signal: AbortSignal },
): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        method: 'POST',
        path: ENROL_PATH,
        // The connection that was checked, and no other.
        createConnection: () => peer.socket,
        headers: {
          host: request.host,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(request.body),
          connection: 'close',
        },
        signal: request.signal,
      },
      (response) => {
        readBody(response).then((text) => {
          resolve({ status: response.statusCode ?? 0, body: text });
        }, reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(request.body);
  });
}

async function readBody(response: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw malformed('it is too long');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw malformed(`it is no JSON (HTTP ${response.statusCode ?? 0})`);
    throw error;
  }
}

function checkAnswer(answer: { status: number; body: unknown }, token: EnrolmentTokenContent): EnrolResponse {
  if (answer.status !== 200 && answer.status !== 201) {
    const refused = enrolError.safeParse(answer.body);
    if (!refused.success) throw malformed(`HTTP ${answer.status} without a reason`);
    throw new EnrolmentFailed(refused.data.error, REFUSALS[refused.data.error]);
  }
  const parsed = enrolResponse.safeParse(answer.body);
  if (!parsed.success) throw malformed('fields are missing or wrong');
  const { data } = parsed;
  if (data.serverKey !== token.serverKey) throw unlike('another server key');
  if (data.fleetId !== token.fleetId) throw unlike('another fleet');
  if (fingerprint(data.caCertificate) !== token.caPin) throw unlike('another fleet CA');
  return data;
}

/** The fleet's key set, if the server has one: it counts only when the server key that the token carries signed it. */
function checkKeySet({ keySet }: EnrolResponse, token: EnrolmentTokenContent): KeySet | null {
  if (keySet === undefined) return null;
  const opened = openKeySet({ envelope: keySet, pinned: keySetOfServerKey(token) });
  if (opened.ok) return opened.keySet;
  throw new EnrolmentFailed(
    'wrongServer',
    `${opened.detail} Nothing was kept. Make a new token in the dashboard; if it stays, look at who answers at ${new URL(token.address).host}.`,
  );
}

function fingerprint(pem: string): string | undefined {
  try {
    return sha256Hex(new X509Certificate(pem).raw);
  } catch {
    // Not a certificate: then it is not the pinned one either, and the caller says so.
    return undefined;
  }
}

function malformed(what: string): EnrolmentFailed {
  return new EnrolmentFailed(
    'malformedAnswer',
    `The server’s answer is not an enrolment: ${what}. Is this the agent port of a Trustfleet server?`,
  );
}

function unlike(what: string): EnrolmentFailed {
  return new EnrolmentFailed(
    'wrongServer',
    `The server answered with ${what} than the token names: nothing was kept. Make a new token in the dashboard.`,
  );
}

function makeIdentity(
  answer: EnrolResponse,
  from: { token: EnrolmentTokenContent; facts: EnrolRequestFacts },
): AgentIdentity {
  return {
    address: from.token.address,
    fleetId: answer.fleetId,
    hostId: answer.hostId,
    secret: answer.secret,
    caCertificate: answer.caCertificate,
    serverKey: answer.serverKey,
    keySet: checkKeySet(answer, from.token),
    keySeed: toBase64(from.facts.keySeed),
  };
}
