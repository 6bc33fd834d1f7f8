import 'server-only';
import type { Metadata } from 'next';
import { cookies, headers } from 'next/headers';
import { cache } from 'react';
import { createTranslator } from 'use-intl/core';
import { CATALOGUE } from './catalogue.ts';
import {
  isLocale,
  LOCALE_COOKIE,
  localeFromHeader,
  THEME_COOKIE,
  TIME_ZONE_COOKIE,
  type AppLocale,
} from './locales.ts';

export interface ReaderSettings {
  readonly locale: AppLocale;
  readonly theme: 'light' | 'dark' | 'system';
  readonly timeZone: string;
}

function knownTimeZone(name: string | undefined): string {
  if (name === undefined) return 'UTC';
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return 'UTC';
    throw error;
  }
}

/** What the reader chose before, from cookies; the language of a first visit comes from Accept-Language. */
export const readerSettings = cache(async (): Promise<ReaderSettings> => {
  const jar = await cookies();
  const chosen = jar.get(LOCALE_COOKIE)?.value;
  const theme = jar.get(THEME_COOKIE)?.value;
  return {
    locale: isLocale(chosen) ? chosen : localeFromHeader((await headers()).get('accept-language')),
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
    timeZone: knownTimeZone(jar.get(TIME_ZONE_COOKIE)?.value.replaceAll('%2F', '/')),
  };
});

/** For server components and page titles. */
export async function getTranslations() {
  const { locale } = await readerSettings();
  return createTranslator({ locale, messages: CATALOGUE[locale] });
}

export type PageTitle =
  | 'accounts.title'
  | 'activity.title'
  | 'endpoints.title'
  | 'findings.title'
  | 'hosts.title'
  | 'installs.title'
  | 'jobs.title'
  | 'order.newTitle'
  | 'orders.title'
  | 'overview.title';

/** `generateMetadata` of a page whose title is one line of the catalogue. */
export function pageTitle(key: PageTitle) {
  return async (): Promise<Metadata> => ({ title: (await getTranslations())(key) });
}
