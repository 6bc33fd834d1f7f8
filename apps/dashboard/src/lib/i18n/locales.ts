export const LOCALES = ['en', 'ko'] as const;
export type AppLocale = (typeof LOCALES)[number];
export const LOCALE_COOKIE = 'tf-locale';
export const THEME_COOKIE = 'tf-theme';
export const TIME_ZONE_COOKIE = 'tf-tz';

export const isLocale = (value: string | undefined): value is AppLocale =>
  LOCALES.some((locale) => locale === value);

/** RFC 9110 §12.5.4: the reader's first choice that we speak, by weight; English where there is none. */
export function localeFromHeader(acceptLanguage: string | null): AppLocale {
  const wanted = (acceptLanguage ?? '')
    .slice(0, 500)
    .split(',')
    .map((item, index) => {
      const [tag = '', ...parameters] = item.trim().split(';');
      const weight = Number(
        parameters
          .find((parameter) => parameter.trim().startsWith('q='))
          ?.trim()
          .slice(2) ?? '1',
      );
      return {
        language: tag.toLowerCase().split('-')[0],
        weight: Number.isFinite(weight) ? weight : 0,
        index,
      };
    })
    .filter((item) => item.weight > 0)
    .sort((a, b) => b.weight - a.weight || a.index - b.index);
  return wanted.map((item) => item.language).find(isLocale) ?? 'en';
}
