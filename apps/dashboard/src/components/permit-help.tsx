'use client';

import { useTranslations } from 'use-intl';
import { CopyBlock } from './copyable.tsx';

/** The agent's default; another place is an option of the agent that its owner knows. */
const ALLOW_LIST_PATH = '/etc/trustfleet/allow-list.json';

export interface PermitHelpProps {
  readonly remedy: string;
  /** What the host permits already. */
  readonly permits: readonly string[];
}

/** Exactly which file with which content lets the agent do it. */
export function PermitHelp({ remedy, permits }: PermitHelpProps) {
  const t = useTranslations('permit');
  const text = JSON.stringify({ format: 1, permits: [...new Set([...permits, remedy])].sort() });
  return (
    <div className="flex flex-col gap-2">
      <p>{t('text')}</p>
      <CopyBlock label={t('file', { path: ALLOW_LIST_PATH })} text={text} />
      <p className="text-[0.93rem] text-muted">{t('rules')}</p>
      <p className="text-[0.93rem] text-muted">{t('keep')}</p>
    </div>
  );
}
