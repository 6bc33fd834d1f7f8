'use client';

import { CodeBlock, Fingerprint } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';

/** A fingerprint with its copy button in the reader's language. */
export function Print({ value, short = false }: { readonly value: string; readonly short?: boolean }) {
  const t = useTranslations('common');
  return (
    <Fingerprint
      value={value}
      short={short}
      copyLabel={t('copy')}
      copiedLabel={t('copied')}
      failedLabel={t('copyFailed')}
    />
  );
}

/** A command or file to copy as it stands. */
export function CopyBlock({ label, text }: { readonly label: string; readonly text: string }) {
  const t = useTranslations('common');
  return (
    <CodeBlock
      label={label}
      text={text}
      copy={{ label: t('copy'), copiedLabel: t('copied'), failedLabel: t('copyFailed') }}
    />
  );
}
