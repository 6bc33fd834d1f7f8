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

/** Beyond this, certificates near their first or last day are judged wrongly on the host itself. */
const MAX_CLOCK_OFFSET_SECONDS = 120;

/**
 * The policies of a fresh fleet, and for an older one those whose rule it has no policy of yet: required anchors, an accurate clock,
 * endpoints that verify, which ask nothing of a fleet without endpoints, shares that answer where agents may read them, and code that
 * leaves trust to the settings. The anchors are the well-known roots of the vendor's document, usually met, and a demonstration CA that no
 * machine has, so that there is something to mend. The CA's key stays in `<dataDir>/demo-ca`.
 */
export async function ensureDefaultPolicies(
  database: Database,
  options: { readonly dataDir: string; readonly now: Date },
): Promise<void> {
  const rules = new Set((await database.policies.list()).map(({ rule }) => rule));
  const missing: Policy[] = [];
  if (!rules.has('anchorRequired')) missing.push(await requiredAnchors(database, options));
  if (!rules.has('clockAccurate'))
    missing.push({
      id: randomUUID(),
      name: 'Accurate clock',
      rule: 'clockAccurate',
      parameters: { maxOffsetSeconds: MAX_CLOCK_OFFSET_SECONDS },
    });
  if (!rules.has('endpointsVerify'))
    missing.push({ id: randomUUID(), name: 'Endpoints verify', rule: 'endpointsVerify', parameters: {} });
  if (!rules.has('sharesAnswer'))
    missing.push({ id: randomUUID(), name: 'Shares answer', rule: 'sharesAnswer', parameters: {} });
  if (!rules.has('codeDecides'))
    missing.push({
      id: randomUUID(),
      name: 'No code decides for itself',
      rule: 'codeDecides',
      parameters: {},
    });
  if (missing.length === 0) return;
  await database.change(SERVER, async ({ policies }) => {
    const present = await policies.createFirst(missing, options.now);
    const created = present.filter(({ id }) => missing.some((policy) => policy.id === id));
    return { result: undefined, audit: created.map(policyRecord) };
  });
}

async function requiredAnchors(
  database: Database,
  options: { readonly dataDir: string; readonly now: Date },
): Promise<Policy> {
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
  return { id: randomUUID(), name: 'Required anchors', rule: 'anchorRequired', parameters: { anchors } };
}
