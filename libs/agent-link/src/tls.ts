import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { sha256Hex } from '@trustfleet/signing';
import { ConnectFailure, describeNetworkError } from './failure.ts';

/*
 * One of the two files that may switch off TLS verification (security.md). Reason: the agent trusts its server by
 * what it pinned at enrolment, and must still report from behind a proxy that replaces certificates. So the check against
 * the pinned fleet CA is made and its result kept, but does not end the connection: the peer is proved afterwards by
 * the signed handshake and every frame carries a MAC. Enrolment, which has no such handshake, refuses by `reachesPin`.
 */

export interface TlsPeer {
  readonly socket: TLSSocket;
  /** SHA-256 of the certificate that the peer served. */
  readonly certificateSha256: string;
  /** Verified against the pinned CA by OpenSSL. False without one. */
  readonly authorized: boolean;
  readonly problem: string | null;
  /** Leaf first, as the peer sent them. */
  readonly chain: readonly X509Certificate[];
}

export interface TlsRequest {
  readonly address: string;
  /** PEM of the pinned fleet CA. */
  readonly ca?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

const MAX_CHAIN = 10;

/** Opens TLS and sends nothing. Rejects with `ConnectFailure('unreachable')`. */
export function openTls(request: TlsRequest): Promise<TlsPeer> {
  const url = new URL(request.address);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: Number(url.port === '' ? '443' : url.port),
      ...(isIP(host) === 0 ? { servername: host } : {}),
      // Never the machine's own trust store: that is what this program is there to repair.
      ca: request.ca ?? [],
      rejectUnauthorized: false,
      // The fleet CA issues for this server alone, and a studio may reach it under several names.
      checkServerIdentity: () => undefined,
      minVersion: 'TLSv1.2',
    });
    const end = (error: unknown): void => {
      settle();
      socket.destroy();
      reject(new ConnectFailure('unreachable', describeNetworkError(url.host, error)));
    };
    const timer = setTimeout(() => {
      end(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }));
    }, request.timeoutMs);
    const onAbort = (): void => {
      end(Object.assign(new Error('stopped'), { code: 'ABORT_ERR' }));
    };
    const settle = (): void => {
      clearTimeout(timer);
      socket.off('error', end);
      request.signal?.removeEventListener('abort', onAbort);
    };
    socket.once('error', end);
    request.signal?.addEventListener('abort', onAbort, { once: true });
    if (request.signal?.aborted === true) onAbort();
    socket.once('secureConnect', () => {
      const chain = peerChain(socket);
      const [leaf] = chain;
      if (leaf === undefined) {
        end(new Error('the peer served no certificate'));
        return;
      }
      settle();
      const { authorized } = socket;
      resolve({
        socket,
        certificateSha256: sha256Hex(leaf.raw),
        authorized,
        problem: authorized ? null : String(socket.authorizationError),
        chain,
      });
    });
  });
}

function peerChain(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  const seen = new Set<string>();
  // An empty object means no certificate at all; the last of a chain is its own issuer or has none.
  let next: Partial<DetailedPeerCertificate> | undefined = socket.getPeerCertificate(true);
  while (next?.raw !== undefined && chain.length < MAX_CHAIN) {
    const fingerprint = sha256Hex(next.raw);
    if (seen.has(fingerprint)) break;
    seen.add(fingerprint);
    chain.push(new X509Certificate(next.raw));
    next = next.issuerCertificate;
  }
  return chain;
}

/**
 * Whether the chain ends in the CA whose DER has this SHA-256: each certificate signed by the next, all but the first being
 * authorities. Dates are left out on purpose: a wrong clock of this machine is a finding, never a refusal (protocol.md).
 */
export function reachesPin(chain: readonly X509Certificate[], pin: string): boolean {
  for (const [index, certificate] of chain.entries()) {
    if (sha256Hex(certificate.raw) === pin) return true;
    const issuer = chain[index + 1];
    if (issuer === undefined || !issuer.ca) return false;
    if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) return false;
  }
  return false;
}
