import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A package whose code is part of what is shipped. */
export interface ShippedPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression of its package.json. */
  readonly license: string;
  /** Where its licence file lies. */
  readonly directory: string;
}

const LICENCE_FILE = /^(licen[cs]e|copying|notice)(\.(md|txt|markdown))?$/i;

async function licenceText({ name, directory }: ShippedPackage): Promise<string> {
  const files = (await readdir(directory)).filter((file) => LICENCE_FILE.test(file)).sort();
  if (files.length === 0) throw new Error(`${name} is shipped and has no licence file in ${directory}.`);
  const texts = await Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')));
  return texts.map((text) => text.replaceAll('\r\n', '\n').trim()).join('\n\n');
}

/** The licences of everything in a package, in one text: most ask for just that. */
export async function noticesOf(packages: readonly ShippedPackage[]): Promise<string> {
  const chapters: string[] = [];
  for (const shipped of packages) {
    const rule = '='.repeat(78);
    const title = `${shipped.name} ${shipped.version} (${shipped.license})`;
    chapters.push(`${rule}\n${title}\n${rule}\n\n${await licenceText(shipped)}\n`);
  }
  return `Trustfleet's agent contains the following software of others.\n\n${chapters.join('\n')}`;
}
