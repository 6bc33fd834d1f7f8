import { sha256Hex, type CertificateFacts } from '@trustfleet/certificates';
import type { PlanChange, TrustStore } from '@trustfleet/protocol';
import { anchorFileContent } from './anchor-file.ts';
import { roleOf, type FileWay } from './drivers.ts';

type Subject = Pick<CertificateFacts, 'sha256' | 'subject'>;

const about = (store: Pick<TrustStore, 'id'>, { sha256, subject }: Subject) => ({
  store: store.id.slice(0, 512),
  anchor: sha256,
  subject: subject.slice(0, 2048),
});

/** What the store does with the certificate after it was added. */
export const addedLine = (store: Pick<TrustStore, 'id'>, certificate: Subject): PlanChange =>
  roleOf(store) === 'rejected'
    ? { kind: 'distrustAnchor', ...about(store, certificate) }
    : { kind: 'addAnchor', ...about(store, certificate) };

export const removedLine = (store: Pick<TrustStore, 'id'>, certificate: Subject): PlanChange => ({
  kind: 'removeAnchor',
  ...about(store, certificate),
});

export const distrustedLine = (store: Pick<TrustStore, 'id'>, certificate: Subject): PlanChange => ({
  kind: 'distrustAnchor',
  ...about(store, certificate),
});

export const toolLine = (way: FileWay): PlanChange => ({ kind: 'runTool', argv: [...way.tool] });

/** A file of ours with this certificate. */
export const fileLine = (path: string, certificate: CertificateFacts): PlanChange => ({
  kind: 'addFile',
  path,
  sha256: sha256Hex(anchorFileContent(certificate)),
});
