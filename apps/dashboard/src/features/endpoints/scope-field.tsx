'use client';

import type { GroupView } from '@trustfleet/api';
import { FilterSelect, visibleText } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { useReader } from '../../lib/permissions/reader.tsx';

/** What stands for "all hosts" in the list: no group has such an id. */
const EVERY_HOST = 'all';

/** The group that a new endpoint of this reader counts for at first: all hosts, for those who see all. */
export function useFirstScope(groups: readonly GroupView[]): string | null {
  return useReader().groups === 'all' ? null : (groups[0]?.id ?? null);
}

export interface ScopeFieldProps {
  readonly groupId: string | null;
  readonly groups: readonly GroupView[];
  readonly onGroup: (groupId: string | null) => void;
}

/** For which hosts an endpoint counts. */
export function ScopeField({ groupId, groups, onGroup }: ScopeFieldProps) {
  const t = useTranslations('endpoints');
  const whole = useReader().groups === 'all';
  return (
    <div className="flex flex-col items-start gap-1">
      <span aria-hidden="true" className="font-medium">
        {t('scope')}
      </span>
      <FilterSelect
        label={t('scope')}
        value={groupId ?? EVERY_HOST}
        className="max-w-full"
        options={[
          ...(whole ? [{ value: EVERY_HOST, label: t('everyHost') }] : []),
          ...groups.map(({ id, name }) => ({ value: id, label: visibleText(name, 80) })),
        ]}
        onPick={(value) => {
          onGroup(value === EVERY_HOST ? null : value);
        }}
      />
      <span className="text-[0.93rem] text-muted">{t('scopeHint')}</span>
    </div>
  );
}
