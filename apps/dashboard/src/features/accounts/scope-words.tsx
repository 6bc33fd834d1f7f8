'use client';

import type { GroupScope, GroupView } from '@trustfleet/api';
import { Untrusted } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';

export interface ScopeWordsProps {
  readonly scope: GroupScope;
  readonly groups: readonly GroupView[];
}

/** The groups that somebody sees, by name. */
export function ScopeWords({ scope, groups }: ScopeWordsProps) {
  const t = useTranslations('accounts');
  if (scope === 'all') return <>{t('allGroups')}</>;
  const names = scope.map((id) => groups.find((group) => group.id === id)?.name ?? id);
  return <Untrusted text={names.join(', ')} className="wrap-anywhere" />;
}
