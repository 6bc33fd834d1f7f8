import { randomBytes, webcrypto } from 'node:crypto';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { issueCertificate, sha256Hex, toPem, type CertificateProfile } from '@trustfleet/certificates';

/** A key pair with its certificate. */
export interface LabCertificate {
  readonly der: Uint8Array;
  readonly pem: string;
  /** PKCS#8 PEM. */
  readonly privateKeyPem: string;
  /** SHA-256 hex of the DER. */
  readonly sha256: string;
}

export interface LabServer {
  readonly port: number;
  /** https://127.0.0.1:port */
  readonly origin: string;
  readonly server: Server;
  /** Closes the listener and every open connection. */
  close(): Promise<void>;
}

export interface LabAuthorityOptions {
  /** Who signs it; default: itself. */
  readonly issuer?: LabCertificate;
  /** Dates it around another time than the lab's. */
  readonly now?: Date;
}

export interface LabLeafOptions {
  readonly commonName?: string;
  /** Default: localhost. */
  readonly dnsNames?: readonly string[];
  /** Default: 127.0.0.1 and ::1. */
  readonly ipAddresses?: readonly string[];
  /** Dates it around another time than the lab's. */
  readonly now?: Date;
}

export interface LabServeOptions extends Pick<
  ServerOptions,
  'minVersion' | 'maxVersion' | 'ciphers' | 'SNICallback' | 'requestCert' | 'rejectUnauthorized'
> {
  /** Sent after the server's certificate, in this order. */
  readonly chain?: readonly LabCertificate[];
}

export interface TlsLab {
  /** A self-signed authority, or one that `issuer` signs. */
  authority(commonName: string, options?: LabAuthorityOptions): Promise<LabCertificate>;
  /** A server certificate for localhost, 127.0.0.1 and ::1, issued by `authority`. */
  leaf(authority: LabCertificate, how?: string | LabLeafOptions): Promise<LabCertificate>;
  /** A server certificate that signs itself. */
  selfSigned(options?: LabLeafOptions): Promise<LabCertificate>;
  /** An HTTPS server on 127.0.0.1, port 0, that answers 200 `ok`; closed with the lab. */
  serve(certificate: LabCertificate, how?: readonly LabCertificate[] | LabServeOptions): Promise<LabServer>;
  /** Closes every server it started. */
  close(): Promise<void>;
}

export interface TlsLabOptions {
  /** Certificates are valid from one day before to one year after; default: now. */
  readonly now?: Date;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const ECDSA_P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** 16 bytes whose first bit is 0: positive in DER. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x7f) | 0x01, 0);
  return bytes.toString('hex');
}

async function toPkcs8Pem(key: webcrypto.CryptoKey): Promise<string> {
  const base64 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${base64.replace(/.{64}(?=.)/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
}

async function fromPkcs8Pem(pem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return await webcrypto.subtle.importKey('pkcs8', der, ECDSA_P256, false, ['sign']);
}

interface Wish {
  readonly commonName: string;
  readonly profile: CertificateProfile;
  /** Null: signs itself. */
  readonly issuer: LabCertificate | null;
  readonly now: Date;
}

async function issue({ commonName, profile, issuer, now }: Wish): Promise<LabCertificate> {
  const keys = await webcrypto.subtle.generateKey(ECDSA_P256, true, ['sign', 'verify']);
  const der = await issueCertificate({
    profile,
    subject: { commonName },
    serialNumber: serialNumber(),
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + 365 * DAY_MS),
    publicKey: keys.publicKey,
    issuerCertificate: issuer?.der ?? null,
    signingKey: issuer === null ? keys.privateKey : await fromPkcs8Pem(issuer.privateKeyPem),
  });
  return { der, pem: toPem(der), privateKeyPem: await toPkcs8Pem(keys.privateKey), sha256: sha256Hex(der) };
}

async function listen(
  certificate: LabCertificate,
  { chain = [], ...options }: LabServeOptions,
): Promise<LabServer> {
  const server = createServer(
    {
      ...options,
      key: certificate.privateKeyPem,
      cert: [certificate, ...chain].map(({ pem }) => pem).join(''),
    },
    (_, response) => {
      response.end('ok');
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  let closed: Promise<void> | null = null;
  return {
    port,
    origin: `https://127.0.0.1:${String(port)}`,
    server,
    close() {
      closed ??= new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
      return closed;
    },
  };
}

/** Authorities, leafs and TLS servers for tests, built on libs/certificates `issueCertificate`. */
export function createTlsLab(options: TlsLabOptions = {}): TlsLab {
  const now = options.now ?? new Date();
  const servers: LabServer[] = [];
  const leaf = (issuer: LabCertificate | null, how: LabLeafOptions): Promise<LabCertificate> => {
    const { commonName = 'localhost', dnsNames = ['localhost'], ipAddresses = ['127.0.0.1', '::1'] } = how;
    return issue({
      commonName,
      profile: { kind: 'server', dnsNames, ipAddresses },
      issuer,
      now: how.now ?? now,
    });
  };
  return {
    authority: (commonName, more = {}) =>
      issue({
        commonName,
        profile: { kind: 'authority' },
        issuer: more.issuer ?? null,
        now: more.now ?? now,
      }),
    leaf: (issuer, how = {}) => leaf(issuer, typeof how === 'string' ? { commonName: how } : how),
    selfSigned: (how = {}) => leaf(null, how),
    async serve(certificate, how = {}) {
      const server = await listen(certificate, isChain(how) ? { chain: how } : how);
      servers.push(server);
      return server;
    },
    async close() {
      await Promise.all(servers.splice(0).map((server) => server.close()));
    },
  };
}

function isChain(how: readonly LabCertificate[] | LabServeOptions): how is readonly LabCertificate[] {
  return Array.isArray(how);
}
