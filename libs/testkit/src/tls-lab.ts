import type { Server } from 'node:https';

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

export interface TlsLab {
  /** A self-signed authority. */
  authority(commonName: string): Promise<LabCertificate>;
  /** A server certificate for localhost, 127.0.0.1 and ::1, issued by `authority`. */
  leaf(authority: LabCertificate, commonName?: string): Promise<LabCertificate>;
  /** An HTTPS server on 127.0.0.1, port 0, that answers 200 `ok`; closed with the lab. */
  serve(certificate: LabCertificate, chain?: readonly LabCertificate[]): Promise<LabServer>;
  /** Closes every server it started. */
  close(): Promise<void>;
}

export interface TlsLabOptions {
  /** Certificates are valid from one day before to one year after; default: now. */
  readonly now?: Date;
}

/** Authorities, leafs and TLS servers for tests, built on libs/certificates `issueCertificate`. */
export declare function createTlsLab(options?: TlsLabOptions): TlsLab;
