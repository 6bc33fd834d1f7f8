import { constants } from 'node:crypto';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';

/** What one handshake came to. `error` null: it was completed. */
export interface BlindHandshake {
  readonly error: Error | null;
  /** e.g. `TLSv1.3`; null where the handshake failed. */
  readonly tls: string | null;
  /** SERVER_HANDSHAKE_TRAFFIC_SECRET of TLS 1.3; null where there was none. */
  readonly handshakeSecret: Uint8Array | null;
  /** DER, by following issuers: a last resort where the message itself cannot be read. Empty where the handshake failed. */
  readonly followed: readonly Uint8Array[];
}

const MAX_FOLLOWED = 32;

/**
 * Everything that a server may still speak is taken, since the aim is to see: keys and digests of any size, TLS from 1.0 on, no secure
 * renegotiation (RFC 5746). Suites without any certificate show none.
 */
const LENIENT = {
  ciphers: [
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_128_CCM_SHA256',
    'ALL',
    '!aNULL',
    '!eNULL',
    '@SECLEVEL=0',
  ].join(':'),
  minVersion: 'TLSv1',
  minDHSize: 1,
  secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
} as const;

/**
 * Shakes hands over `socket` and ends it. This is one of the two places that may switch verification off (security.md): it looks at a
 * stranger's chain in order to judge it, sends nothing once the handshake is over and hands the connection to nobody. Never rejects;
 * ends when `socket` does, whose time the caller limits.
 */
export function shakeHandsBlindly(socket: Duplex, serverName: string | null): Promise<BlindHandshake> {
  return new Promise((resolve) => {
    let handshakeSecret: Uint8Array | null = null;
    const finish = (error: Error | null): void => {
      const done = error === null;
      resolve({
        error,
        tls: done ? peer.getProtocol() : null,
        handshakeSecret,
        followed: done ? followed(peer) : [],
      });
      peer.destroy();
    };
    const peer = connect({
      ...LENIENT,
      socket,
      rejectUnauthorized: false,
      // RFC 6066 §3: no literal addresses.
      ...(serverName === null || isIP(serverName) !== 0 ? {} : { servername: serverName }),
    });
    peer.on('keylog', (line: Buffer) => {
      handshakeSecret ??= secretOf(line);
    });
    peer.once('secureConnect', () => {
      finish(null);
    });
    // More than one can come; the first has resolved the promise.
    peer.on('error', finish);
    peer.once('close', () => {
      finish(new Error('the connection was closed'));
    });
  });
}

/** NSS key log format: label, client random, secret in hex. */
function secretOf(line: Buffer): Uint8Array | null {
  const secret = /^SERVER_HANDSHAKE_TRAFFIC_SECRET [0-9a-f]+ ([0-9a-f]+)/i.exec(line.toString('latin1'))?.[1];
  return secret === undefined ? null : Buffer.from(secret, 'hex');
}

function followed(peer: TLSSocket): Uint8Array[] {
  const found: Uint8Array[] = [];
  let certificate = peer.getPeerX509Certificate();
  while (certificate !== undefined && found.length < MAX_FOLLOWED) {
    found.push(new Uint8Array(certificate.raw));
    certificate = certificate.issuerCertificate;
  }
  return found;
}
