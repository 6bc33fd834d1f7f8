import en from '../../../messages/en.json';
import ko from '../../../messages/ko.json';
import type { AppLocale } from './locales.ts';

export type Messages = typeof en;

declare module 'use-intl' {
  interface AppConfig {
    Locale: AppLocale;
    Messages: Messages;
  }
}

export const CATALOGUE: Readonly<Record<AppLocale, Messages>> = { en, ko };
