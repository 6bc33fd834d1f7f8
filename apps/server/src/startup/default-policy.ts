import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describeCertificate, pemToDer, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { SERVER, type AuditRecord, type CertificateRecord, type Database } from '@trustfleet/database';
import type { Policy } from '@trustfleet/policy';
import { certificateRecord } from '../features/fleet/certificate-record.ts';
import { loadAuthority } from './authority-file.ts';
import { makePrivateDirectory, writePrivateFile } from './private-files.ts';

const DEMO_CA_NAME = 'Demo studio CA';

function recordOf(der: Uint8Array): CertificateRecord {
  return certificateRecord(describeCertificate(der), der);
}

function policyRecord({ id, name, rule, parameters }: Policy): AuditRecord {
  return { action: 'policy.create', subject: { kind: 'policy', id, name }, detail: { rule, parameters } };
}

/**
 * The policy of a fresh fleet: the well-known roots of the vendor's document, usually met, and a demonstration
 * CA that no machine has, so that there is something to mend. The CA's key stays in `<dataDir>/demo-ca`.
 */
export async function ensureDefaultPolicy(
  database: Database,
  options: { readonly dataDir: string; readonly now: Date },
): Promise<void> {
  if ((await database.policies.list()).length > 0) return;
  const directory = join(options.dataDir, 'demo-ca');
  await makePrivateDirectory(directory);
  const demo = await loadAuthority(join(directory, 'demo-ca.pem'), {
    commonName: DEMO_CA_NAME,
    now: options.now,
  });
  await writePrivateFile(join(directory, 'demo-ca.crt'), demo.certificatePem);
  const roots = WELL_KNOWN_ROOTS.map((root) => ({ name: root.name, record: recordOf(pemToDer(root.pem)) }));
  const all = [...roots, { name: DEMO_CA_NAME, record: recordOf(demo.der) }];
  await database.certificates.store(all.map((anchor) => anchor.record));
  const anchors = all.map(({ name, record }) => ({ sha256: record.sha256, name }));
  const policy = {
    id: randomUUID(),
    name: 'Required anchors',
    rule: 'anchorRequired' as const,
    parameters: { anchors },
  };
  await database.change(SERVER, async ({ policies }) => {
    const present = await policies.createFirst([policy], options.now);
    const created = present.filter(({ id }) => id === policy.id);
    return { result: undefined, audit: created.map(policyRecord) };
  });
}
