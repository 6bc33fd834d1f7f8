import { randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import {
  issueCertificate,
  pemToDer,
  toPem,
  type CertificateProfile,
  type CryptoKey,
} from '@trustfleet/certificates';
import { readIfPresent, writePrivateFile } from './private-files.ts';
import { StartupError } from './startup-error.ts';

/** A certificate with its private key, kept in one PEM file so that a crash never leaves one without the other. */
export interface KeyedCertificate {
  readonly der: Uint8Array;
  readonly certificatePem: string;
  /** PKCS#8 PEM. */
  readonly privateKeyPem: string;
}

interface NewCertificate {
  readonly commonName: string;
  readonly profile: CertificateProfile;
  readonly days: number;
  /** null: self-signed. */
  readonly issuer: KeyedCertificate | null;
  readonly now: Date;
}

const EC = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const DAY_MS = 86_400_000;
const KEY_BLOCK = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n?/;
const CERTIFICATE_BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/;

function keyPem(pkcs8: ArrayBuffer): string {
  const lines =
    Buffer.from(pkcs8)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

function signingKey(pem: string): Promise<CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return webcrypto.subtle.importKey('pkcs8', der, EC, false, ['sign']);
}

/** A positive serial of 16 random bytes (RFC 5280 §4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

/** Makes a P-256 key and its certificate, valid from an hour ago (clocks differ) for `days`. */
export async function makeCertificate(request: NewCertificate): Promise<KeyedCertificate> {
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const der = await issueCertificate({
    profile: request.profile,
    subject: { commonName: request.commonName },
    serialNumber: serialNumber(),
    notBefore: new Date(request.now.getTime() - 3_600_000),
    notAfter: new Date(request.now.getTime() + request.days * DAY_MS),
    publicKey: keys.publicKey,
    issuerCertificate: request.issuer?.der ?? null,
    signingKey: request.issuer === null ? keys.privateKey : await signingKey(request.issuer.privateKeyPem),
  });
  return {
    der,
    certificatePem: toPem(der),
    privateKeyPem: keyPem(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)),
  };
}

/** Reads a file of `writeKeyed`; null where there is none. @throws StartupError when it is damaged */
export async function readKeyed(path: string): Promise<KeyedCertificate | null> {
  const text = await readIfPresent(path);
  if (text === null) return null;
  const [privateKeyPem] = KEY_BLOCK.exec(text) ?? [];
  const [certificatePem] = CERTIFICATE_BLOCK.exec(text) ?? [];
  if (privateKeyPem === undefined || certificatePem === undefined) {
    throw new StartupError(
      `The key file ${path} is damaged: restore it from a backup of the data directory.`,
    );
  }
  return { der: pemToDer(certificatePem), certificatePem, privateKeyPem };
}

export async function writeKeyed(path: string, keyed: KeyedCertificate): Promise<void> {
  await writePrivateFile(path, keyed.privateKeyPem + keyed.certificatePem);
}

/** The self-signed authority kept at `path`, made on the first start. */
export async function loadAuthority(
  path: string,
  wanted: { readonly commonName: string; readonly now: Date },
): Promise<KeyedCertificate> {
  const present = await readKeyed(path);
  if (present !== null) return present;
  const made = await makeCertificate({
    ...wanted,
    profile: { kind: 'authority', pathLength: 0 },
    days: 3650,
    issuer: null,
  });
  await writeKeyed(path, made);
  return made;
}

/** Time that is left of a certificate, in days; negative when it is over. */
export function daysLeft(certificate: KeyedCertificate, now: Date): number {
  return (new X509Certificate(certificate.der).validToDate.getTime() - now.getTime()) / DAY_MS;
}
