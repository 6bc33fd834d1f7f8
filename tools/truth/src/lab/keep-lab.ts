import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pemToDer } from '@trustfleet/certificates';
import type { LabCertificate } from './certificates.ts';
import { makeChains, type LabChain, type LabChains, type Marker } from './chains.ts';
import { readKept } from '../cells/read-kept.ts';

/** The lab's dates are days from when it was made; the nearest is two days off. */
const GOOD_FOR_MS = 20 * 60 * 60_000;

interface KeptChain {
  readonly id: string;
  readonly host: string;
  /** SHA-256. */
  readonly chain: readonly string[];
  readonly withoutName?: readonly string[];
}

interface KeptLab {
  readonly madeAt: string;
  readonly certificates: readonly Omit<LabCertificate, 'der'>[];
  readonly chains: readonly KeptChain[];
  readonly markers: readonly (readonly [Marker, string])[];
  readonly anchors: readonly (readonly [string, string])[];
}

/** The lab of `directory`; where there is none of today, a new one, and everything that came of the old one goes. */
export async function keptLab(directory: string, now: Date): Promise<LabChains> {
  const file = join(directory, 'lab.json');
  const text = await readKept(file);
  const kept = text === null ? null : (JSON.parse(text) as KeptLab);
  const age = kept === null ? Infinity : now.getTime() - Date.parse(kept.madeAt);
  if (kept !== null && age >= 0 && age < GOOD_FOR_MS) return thaw(kept);
  await rm(directory, { recursive: true, force: true });
  // Nobody else may look in: what is open to all is run as `nobody`, who cannot read where pyenv put the libraries (security.md, "a local user").
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const lab = await makeChains(now);
  await writeFile(file, JSON.stringify(freeze(lab, now)));
  return lab;
}

function freeze({ chains, markers, anchors }: LabChains, now: Date): KeptLab {
  const all = [
    ...chains.flatMap(({ chain, withoutName = [] }) => [...chain, ...withoutName]),
    ...markers.values(),
    ...anchors.values(),
  ];
  const certificates = new Map(
    all.map(({ pem, privateKeyPem, sha256 }) => [sha256, { pem, privateKeyPem, sha256 }]),
  );
  const names = (some: readonly LabCertificate[]): string[] => some.map(({ sha256 }) => sha256);
  return {
    madeAt: now.toISOString(),
    certificates: [...certificates.values()],
    chains: chains.map(({ id, host, chain, withoutName }) => ({
      id,
      host,
      chain: names(chain),
      ...(withoutName ? { withoutName: names(withoutName) } : {}),
    })),
    markers: [...markers].map(([marker, { sha256 }]) => [marker, sha256]),
    anchors: [...anchors].map(([name, { sha256 }]) => [name, sha256]),
  };
}

function thaw(kept: KeptLab): LabChains {
  const certificates = new Map(
    kept.certificates.map((one) => [one.sha256, { ...one, der: pemToDer(one.pem) }]),
  );
  const named = (sha256: string): LabCertificate => {
    const found = certificates.get(sha256);
    if (found === undefined) throw new Error(`The kept lab lacks the certificate ${sha256}.`);
    return found;
  };
  return {
    chains: kept.chains.map(({ id, host, chain, withoutName }): LabChain => ({
      id,
      host,
      chain: chain.map(named),
      ...(withoutName ? { withoutName: withoutName.map(named) } : {}),
    })),
    markers: new Map(kept.markers.map(([marker, sha256]) => [marker, named(sha256)])),
    anchors: new Map(kept.anchors.map(([name, sha256]) => [name, named(sha256)])),
  };
}
