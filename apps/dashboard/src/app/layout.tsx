import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { CATALOGUE } from '../lib/i18n/catalogue.ts';
import { ReaderProvider } from '../lib/i18n/reader-provider.tsx';
import { getTranslations, readerSettings } from '../lib/i18n/server.ts';
import './globals.css';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations();
  return {
    title: { default: t('app.name'), template: t('app.titleTemplate', { page: '%s' }) },
    description: t('app.description'),
    robots: { index: false, follow: false },
  };
}

export const viewport: Viewport = { width: 'device-width', initialScale: 1, colorScheme: 'light dark' };

export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  const { locale, theme, timeZone } = await readerSettings();
  return (
    <html lang={locale} data-theme={theme} suppressHydrationWarning>
      <body>
        <ReaderProvider
          locale={locale}
          messages={CATALOGUE[locale]}
          timeZone={timeZone}
          now={new Date().toISOString()}
        >
          {children}
        </ReaderProvider>
      </body>
    </html>
  );
}
