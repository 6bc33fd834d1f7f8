import 'server-only';
import { visibleText } from '@trustfleet/ui';
import type { Metadata } from 'next';
import { ApiProblem } from '../api/problem.ts';
import type { Read } from '../api/reads.ts';
import { getTranslations, type PageTitle } from '../i18n/server.ts';
import { readAs } from './read.ts';

/** A window's or a bookmark's name has no room for more. */
const LONGEST_TITLE = 100;

export interface NamedTitle<T> {
  readonly read: (id: string) => Read<T>;
  readonly name: (thing: T) => string;
  /** Where the thing cannot be read. */
  readonly fallback: PageTitle;
}

/** `generateMetadata` of a page about one thing: its name, with everything invisible written out. */
export function namedTitle<T>({ read, name, fallback }: NamedTitle<T>) {
  return async ({ params }: { readonly params: Promise<{ id: string }> }): Promise<Metadata> => {
    try {
      const written = visibleText(name(await readAs(read((await params).id))), LONGEST_TITLE);
      // By whole characters: what was written out is longer than what it stands for.
      return { title: Array.from(written).slice(0, LONGEST_TITLE).join('') };
    } catch (error) {
      if (error instanceof ApiProblem) return { title: (await getTranslations())(fallback) };
      throw error;
    }
  };
}
