'use client';

import { Button, FilterSelect, inputClass, Untrusted, visibleText } from '@trustfleet/ui';
import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import { reads } from '../../lib/api/reads.ts';
import { useRead } from '../../lib/api/use-read.ts';
import type { HostListState } from './host-list-url.ts';

const TYPING_PAUSE_MS = 250;

type Change = { [Key in keyof HostListState]?: HostListState[Key] | null };

export interface HostFiltersProps {
  readonly state: HostListState;
  readonly onChange: (change: Change) => void;
  readonly filtered: boolean;
}

/** Typing asks the server once per pause; another way of changing the address (back button) shows here too. */
function SearchBox({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const t = useTranslations('hosts');
  const [typed, setTyped] = useState<string | null>(null);
  useEffect(() => {
    if (typed === null) return undefined;
    const timer = setTimeout(() => {
      onChange(typed);
      setTyped(null);
    }, TYPING_PAUSE_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [typed, onChange]);
  return (
    <input
      type="search"
      aria-label={t('search')}
      placeholder={t('search')}
      maxLength={200}
      value={typed ?? value}
      onChange={(event) => {
        setTyped(event.target.value);
      }}
      className={`${inputClass} max-w-64`}
    />
  );
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

const orNull = <T extends string>(value: string, known: readonly T[]): T | null =>
  known.find((item) => item === value) ?? null;

export function HostFilters({ state, onChange, filtered }: HostFiltersProps) {
  const t = useTranslations();
  return (
    <div role="search" className="flex flex-wrap items-center gap-2 border-b border-line p-3">
      <SearchBox
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
            onChange({ q: null, presence: null, platform: null, findings: null, missingAnchor: null });
          }}
        >
          {t('common.clear')}
        </Button>
      )}
    </div>
  );
}
