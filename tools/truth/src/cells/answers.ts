import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readKept } from './read-kept.ts';

/**
 * What clients and probes answered, kept as each process ends: a run that is stopped goes on where it was, and what we predict is worked out
 * anew every time. A key says all that an answer depends on.
 */
export interface Answers {
  /** The kept answer, else the one that `ask` brings. */
  of<T>(key: string, ask: () => Promise<T>): Promise<{ readonly answer: T; readonly kept: boolean }>;
}

/** `directory` null: nothing is kept. */
export function openAnswers(directory: string | null): Answers {
  return {
    async of<T>(key: string, ask: () => Promise<T>) {
      if (directory === null) return { answer: await ask(), kept: false };
      const file = join(directory, key.slice(0, 2), `${key}.json`);
      const text = await readKept(file);
      if (text !== null) return { answer: JSON.parse(text) as T, kept: true };
      const answer = await ask();
      await mkdir(join(directory, key.slice(0, 2)), { recursive: true });
      await writeFile(`${file}.new`, JSON.stringify(answer));
      await rename(`${file}.new`, file);
      return { answer, kept: false };
    },
  };
}

export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 24);
}

/** Of the files at these places of this project, tests left out. */
export function digestOfSources(places: readonly string[]): string {
  const root = fileURLToPath(new URL('../../../../', import.meta.url));
  const files = places.flatMap((place) => {
    const path = join(root, place);
    if (statSync(path).isFile()) return [path];
    return readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|py)$/.test(name) && !/\.test\.ts$/.test(name))
      .toSorted()
      .map((name) => join(path, name));
  });
  return digestOf(files.map((file) => createHash('sha256').update(readFileSync(file)).digest('hex')));
}
