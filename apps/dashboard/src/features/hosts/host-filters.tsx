'use client';

import { Button, FilterSelect, Untrusted, visibleText } from '@trustfleet/ui';
import { X } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { SearchBox } from '../../components/search-box.tsx';
import { reads } from '../../lib/api/reads.ts';
import { useRead } from '../../lib/api/use-read.ts';
import type { HostListState } from './host-list-url.ts';

type Change = { [Key in keyof HostListState]?: HostListState[Key] | null };

export interface HostFiltersProps {
  readonly state: HostListState;
  readonly onChange: (change: Change) => void;
  readonly filtered: boolean;
}

function MissingAnchorChip({ sha256, onRemove }: { readonly sha256: string; readonly onRemove: () => void }) {
  const t = useTranslations('hosts');
  const { data } = useRead(reads.overview);
  const name = data?.anchors.find((anchor) => anchor.sha256 === sha256)?.name ?? sha256.slice(0, 16);
  const words = t('missingAnchor', { anchor: name });
  return (
    <Button
      size="sm"
      aria-label={t('removeFilter', { filter: visibleText(words) })}
      onClick={onRemove}
      className="bg-accent-soft text-accent"
    >
      <Untrusted text={words} />
      <X aria-hidden="true" className="size-3.5" />
    </Button>
  );
}

/** Only where there is more than one to choose from. */
function GroupFilter({
  groupId,
  onPick,
}: {
  readonly groupId: string | null;
  readonly onPick: (groupId: string | null) => void;
}) {
  const t = useTranslations('hosts');
  const { data } = useRead(reads.groups);
  const groups = data?.items ?? [];
  if (groups.length < 2 && groupId === null) return null;
  return (
    <FilterSelect
      label={t('group')}
      value={groupId ?? ''}
      className="max-w-64"
      options={[
        { value: '', label: t('anyGroup') },
        ...groups.map((group) => ({ value: group.id, label: visibleText(group.name, 80) })),
      ]}
      onPick={(value) => {
        onPick(value === '' ? null : value);
      }}
    />
  );
}

const NO_FILTER: Change = {
  q: null,
  presence: null,
  platform: null,
  findings: null,
  missingAnchor: null,
  groupId: null,
  admission: null,
};

const orNull = <T extends string>(value: string, known: readonly T[]): T | null =>
  known.find((item) => item === value) ?? null;

export function HostFilters({ state, onChange, filtered }: HostFiltersProps) {
  const t = useTranslations();
  return (
    <div role="search" className="flex flex-wrap items-center gap-2 border-b border-line p-3">
      <SearchBox
        label={t('hosts.search')}
        value={state.q}
        onChange={(q) => {
          onChange({ q: q === '' ? null : q });
        }}
      />
      <FilterSelect
        label={t('hosts.presence')}
        value={state.presence ?? ''}
        options={[
          { value: '', label: t('hosts.anyPresence') },
          { value: 'online', label: t('presence.online') },
          { value: 'offline', label: t('presence.offline') },
        ]}
        onPick={(value) => {
          onChange({ presence: orNull(value, ['online', 'offline']) });
        }}
      />
      <FilterSelect
        label={t('hosts.findings')}
        value={state.findings ?? ''}
        options={[
          { value: '', label: t('hosts.anyFindings') },
          { value: 'open', label: t('hosts.withFindings') },
          { value: 'blockers', label: t('hosts.withBlockers') },
          { value: 'none', label: t('hosts.withoutFindings') },
        ]}
        onPick={(value) => {
          onChange({ findings: orNull(value, ['open', 'blockers', 'none']) });
        }}
      />
      <FilterSelect
        label={t('hosts.platform')}
        value={state.platform ?? ''}
        options={[
          { value: '', label: t('hosts.anyPlatform') },
          { value: 'linux', label: t('platform.linux') },
          { value: 'windows', label: t('platform.windows') },
          { value: 'macos', label: t('platform.macos') },
        ]}
        onPick={(value) => {
          onChange({ platform: orNull(value, ['linux', 'windows', 'macos']) });
        }}
      />
      <GroupFilter
        groupId={state.groupId}
        onPick={(groupId) => {
          onChange({ groupId });
        }}
      />
      <FilterSelect
        label={t('hosts.admission')}
        value={state.admission ?? ''}
        options={[
          { value: '', label: t('hosts.anyAdmission') },
          { value: 'admitted', label: t('hosts.admitted') },
          { value: 'held', label: t('hosts.held') },
        ]}
        onPick={(value) => {
          onChange({ admission: orNull(value, ['admitted', 'held']) });
        }}
      />
      {state.missingAnchor !== null && (
        <MissingAnchorChip
          sha256={state.missingAnchor}
          onRemove={() => {
            onChange({ missingAnchor: null });
          }}
        />
      )}
      {filtered && (
        <Button
          variant="ghost"
          size="sm"
          onClick={() => {
            onChange(NO_FILTER);
          }}
        >
          {t('common.clear')}
        </Button>
      )}
    </div>
  );
}
