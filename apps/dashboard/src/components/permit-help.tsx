'use client';

import { visibleText } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { DEFAULT_ALLOW_LIST } from './allow-list-path.ts';
import { CopyBlock } from './copyable.tsx';

/** What a remedy is called; a host that says something else gets none of it back to copy. */
const NAME = /^[\w.]{1,64}$/;

export interface PermitHelpProps {
  readonly remedy: string;
  /** What the host permits already. */
  readonly permits: readonly string[];
  /** The file that the host said it reads; null: the usual place is named, as such. */
  readonly path?: string | null;
}

/** Exactly which file with which content lets the agent do it. */
export function PermitHelp({ remedy, permits, path = null }: PermitHelpProps) {
  const t = useTranslations('permit');
  const text = JSON.stringify({
    format: 1,
    permits: [...new Set([...permits.filter((name) => NAME.test(name)), remedy])].sort(),
  });
  return (
    <div className="flex flex-col gap-2">
      <p>{t('text')}</p>
      <CopyBlock label={t('file', { path: visibleText(path ?? DEFAULT_ALLOW_LIST) })} text={text} />
      {path === null && <p className="text-[0.93rem] text-muted">{t('defaultPath')}</p>}
      <p className="text-[0.93rem] text-muted">{t('rules')}</p>
      <p className="text-[0.93rem] text-muted">{t('keep')}</p>
    </div>
  );
}
