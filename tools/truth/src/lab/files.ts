import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LabChains } from './chains.ts';
import type { LabCertificate } from './certificates.ts';

const run = promisify(execFile);

/** Where the files of the lab lie: what variables, arguments and the default store name. */
export interface LabFiles {
  readonly directory: string;
  /** PEM file by name, good and bad. */
  bundle(name: string): string;
  /** pip's configuration file whose `cert` names that bundle: a marker's, or `missing`. */
  pipConf(bundle: string): string;
  /** A directory as SSL_CERT_DIR wants it (`hashed`) or as people make it (`unhashed`). */
  folder(name: 'hashed' | 'unhashed'): string;
  /** A directory to be bound over /etc/ssl/certs. */
  store(name: StoreName): string;
}

/** `bare`: the markers of the default file and directory alone. `studio`: also every anchor of the lab. */
export type StoreName = 'bare' | 'studio';

/** Bundles as studios have them, by the anchors they hold. */
interface Contents extends Record<string, LabCertificate[]> {
  readonly all: LabCertificate[];
}

function bundleContents(lab: LabChains): Contents {
  const named = (...names: string[]): LabCertificate[] =>
    names.map((name) => {
      const anchor = lab.anchors.get(name);
      if (anchor === undefined) throw new Error(`The lab has no anchor named ${name}.`);
      return anchor;
    });
  const roots = [...lab.anchors.keys()].filter((name) => name !== 'issuing');
  const pick = (wanted: RegExp): string[] => roots.filter((name) => wanted.test(name));
  return {
    all: named(...roots),
    'all-reversed': named(...roots.toReversed()),
    old: named('studio', 'reissuedOld', 'mutual:a', ...pick(/:old$/)),
    new: named('studio', 'reissuedNew', 'mutual:b', ...pick(/:new$/)),
    issuing: named('issuing'),
    'one-root': named('proxy'),
  };
}

export async function writeFiles(directory: string, lab: LabChains): Promise<LabFiles> {
  const bundles = join(directory, 'bundles');
  // What an earlier run left would be hashed and read too.
  for (const name of ['bundles', 'hashed', 'unhashed', 'store-bare', 'store-studio'])
    await rm(join(directory, name), { recursive: true, force: true });
  await mkdir(bundles, { recursive: true });
  const write = (name: string, content: string | Uint8Array): Promise<void> =>
    writeFile(join(bundles, `${name}.pem`), content);
  const contents = bundleContents(lab);
  for (const [name, certificates] of Object.entries(contents)) await write(name, pemOf(certificates));
  for (const [marker, root] of lab.markers) await write(`marker-${marker}`, root.pem);
  await writeBroken(write, pemOf(contents.all), contents.all[0]?.der ?? new Uint8Array());
  for (const name of ['marker-argument', 'missing'])
    await writeFile(join(bundles, `${name}.pip.conf`), `[global]\ncert = ${join(bundles, `${name}.pem`)}\n`);
  await mkdir(join(bundles, 'directory.pem'), { recursive: true });
  const files: LabFiles = {
    directory,
    bundle: (name) => join(bundles, `${name}.pem`),
    pipConf: (name) => join(bundles, `${name}.pip.conf`),
    folder: (name) => join(directory, name),
    store: (name) => join(directory, `store-${name}`),
  };
  const sslDir = [...contents.all, marker(lab, 'sslDir')];
  await writeFolder(files.folder('hashed'), sslDir, true);
  await writeFolder(files.folder('unhashed'), sslDir, false);
  for (const name of ['bare', 'studio'] as const) {
    const more = name === 'studio' ? contents.all : [];
    await writeFolder(files.store(name), [...more, marker(lab, 'defaultDir')], true);
    await writeFile(join(files.store(name), 'ca-certificates.crt'), pemOf([...more, marker(lab, 'default')]));
  }
  return files;
}

function marker(lab: LabChains, name: 'sslDir' | 'default' | 'defaultDir'): LabCertificate {
  const root = lab.markers.get(name);
  if (root === undefined) throw new Error(`The lab has no marker ${name}.`);
  return root;
}

export function pemOf(certificates: readonly LabCertificate[]): string {
  return certificates.map(({ pem }) => pem).join('');
}

/** Files as variables really name them (python-tls.md §3); `missing` is written nowhere. */
async function writeBroken(
  write: (name: string, content: string | Uint8Array) => Promise<void>,
  all: string,
  der: Uint8Array,
): Promise<void> {
  const lines = all.trimEnd().split('\n');
  await write('empty', '');
  await write('der', der);
  await write('truncated', `${lines.slice(0, -3).join('\n')}\n`);
  await write('utf16', Buffer.from(`\ufeff${all}`, 'utf16le'));
  await write('bom', `\ufeff${all}`);
  await write('crlf', all.replaceAll('\n', '\r\n'));
  await write('commented', all.replaceAll('-----BEGIN', '# A comment\n\n-----BEGIN'));
  await write('doubled', all + all);
  await write('text', 'This is no certificate.\n');
  await write('damaged', all.replace(/\n[A-Za-z0-9+/]{64}\n/, '\n!!!!\n'));
}

async function writeFolder(
  directory: string,
  certificates: readonly LabCertificate[],
  hashed: boolean,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [index, { pem }] of certificates.entries())
    await writeFile(join(directory, `lab-${index}.pem`), pem);
  if (hashed) await run('openssl', ['rehash', directory], { timeout: 60_000 });
}
