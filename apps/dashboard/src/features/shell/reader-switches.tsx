'use client';

import { FilterSelect } from '@trustfleet/ui';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useLocale, useTranslations } from 'use-intl';
import { LOCALE_COOKIE, THEME_COOKIE } from '../../lib/i18n/locales.ts';
import { setReaderCookie } from '../../lib/i18n/reader-cookie.ts';

type Theme = 'light' | 'dark' | 'system';

/** Language and theme; both are kept in cookies, so that the first paint is right. */
export function ReaderSwitches({ theme }: { readonly theme: Theme }) {
  const t = useTranslations('shell');
  const locale = useLocale();
  const router = useRouter();
  const [shown, setShown] = useState<string>(theme);
  return (
    <div className="flex gap-2 text-[0.93rem] lg:flex-col lg:gap-1.5">
      <FilterSelect
        label={t('theme')}
        value={shown}
        className="h-8 border-line lg:w-full"
        options={[
          { value: 'system', label: t('themeSystem') },
          { value: 'light', label: t('themeLight') },
          { value: 'dark', label: t('themeDark') },
        ]}
        onPick={(value) => {
          setShown(value);
          setReaderCookie(THEME_COOKIE, value);
          document.documentElement.dataset['theme'] = value;
        }}
      />
      <FilterSelect
        label={t('language')}
        value={locale}
        className="h-8 border-line lg:w-full"
        options={[
          { value: 'en', label: t('languageEn') },
          { value: 'ko', label: t('languageKo') },
        ]}
        onPick={(value) => {
          setReaderCookie(LOCALE_COOKIE, value);
          router.refresh();
        }}
      />
    </div>
  );
}
