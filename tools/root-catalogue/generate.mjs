// Makes libs/certificates/src/catalogue/roots.json of certifi's releases; see README.md.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { describeCertificate, parseBundle, sha256Hex } from '@trustfleet/certificates';
import { catalogueText, spansOf } from './src/history.mjs';
import { caFileOf } from './src/packages.mjs';

const RELEASES = path.join(import.meta.dirname, 'releases.json');
const TARGET = path.join(import.meta.dirname, '../../libs/certificates/src/catalogue/roots.json');
const SOURCE =
  'cacert.pem of every release of certifi on PyPI (tools/root-catalogue/releases.json): the roots that Mozilla trusts for TLS servers';

async function readRelease([version, date, expected], cache) {
  const bytes = await caFileOf(version, cache);
  const sha256 = sha256Hex(bytes);
  if (expected !== null && expected !== sha256)
    throw new Error(`cacert.pem of certifi ${version} is ${sha256}; releases.json says ${expected}.`);
  const { certificates, problems } = parseBundle(bytes);
  if (problems.length > 0) throw new Error(`certifi ${version}: ${JSON.stringify(problems)}`);
  process.stderr.write(`${version}: ${certificates.length} certificates\n`);
  return { row: [version, date, sha256], certificates };
}

function rootsOf(read) {
  const ders = new Map(
    read.flatMap(({ certificates }) => certificates.map(({ sha256, der }) => [sha256, der])),
  );
  const spans = spansOf(read.map(({ certificates }) => new Set(certificates.map(({ sha256 }) => sha256))));
  return [...spans]
    .map(([sha256, ranges]) => ({ ranges, facts: describeCertificate(ders.get(sha256)) }))
    .toSorted((a, b) => a.ranges[0][0] - b.ranges[0][0] || (a.facts.sha256 < b.facts.sha256 ? -1 : 1))
    .map(({ ranges, facts }) => ({
      sha256: facts.sha256,
      sha1: facts.sha1,
      spki: facts.spkiSha256,
      subject: facts.subject,
      notAfter: facts.notAfter.toISOString().slice(0, 10),
      in: ranges,
    }));
}

async function main() {
  const { values } = parseArgs({ options: { cache: { type: 'string' } } });
  const cache = values.cache ?? (await mkdtemp(path.join(os.tmpdir(), 'trustfleet-certifi-')));
  try {
    const read = [];
    for (const release of JSON.parse(await readFile(RELEASES, 'utf8')))
      read.push(await readRelease(release, cache));
    const rows = read.map(({ row }) => row);
    const releases = rows.map(([version, date]) => [version, date]);
    await writeFile(
      RELEASES,
      `[\n${rows.map((row) => `  ${JSON.stringify(row).replaceAll(',', ', ')}`).join(',\n')}\n]\n`,
    );
    await writeFile(TARGET, catalogueText({ source: SOURCE, releases, roots: rootsOf(read) }));
  } finally {
    if (values.cache === undefined) await rm(cache, { recursive: true, force: true });
  }
}

await main();
