'use client';

import type { OrderRemedy } from '@trustfleet/api';
import { Badge, Button, Checkbox, inputClass, Untrusted, visibleText } from '@trustfleet/ui';
import { Eye, Plus } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Presence } from '../../components/host-words.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { reads } from '../../lib/api/reads.ts';
import { useRead } from '../../lib/api/use-read.ts';

const SHOWN = 20;

export interface HostPickerProps {
  readonly remedy: OrderRemedy;
  readonly anchor: string | null;
  readonly chosen: readonly string[];
  readonly onAdd: (ids: readonly string[]) => void;
}

/** Search of the fleet on the server; each press adds to the choice. */
export function HostPicker({ remedy, anchor, chosen, onAdd }: HostPickerProps) {
  const t = useTranslations('order');
  const hostWords = useTranslations('hosts');
  const [text, setText] = useState('');
  const [onlyMissing, setOnlyMissing] = useState(true);
  const q = useDeferredValue(text);
  const filter = anchor !== null && onlyMissing ? { missingAnchor: anchor } : {};
  const { data, error, refetch } = useRead(
    reads.hosts({ q, pageSize: SHOWN + Math.min(chosen.length, 180), ...filter }),
    { keepPrevious: true },
  );
  const found = (data?.items ?? []).filter((host) => !chosen.includes(host.id)).slice(0, SHOWN);
  return (
    <section
      aria-label={t('addHosts')}
      className="flex flex-col gap-3 rounded-md border border-line bg-sunken/50 p-3"
    >
      <div role="search" className="flex flex-wrap items-center gap-4">
        <input
          type="search"
          aria-label={t('findHosts')}
          placeholder={t('findHosts')}
          maxLength={200}
          className={`${inputClass} max-w-72`}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
          }}
        />
        {anchor !== null && (
          <Checkbox checked={onlyMissing} onCheckedChange={setOnlyMissing}>
            {t('onlyMissing')}
          </Checkbox>
        )}
        {found.length > 1 && (
          <Button
            size="sm"
            onClick={() => {
              onAdd(found.map((host) => host.id));
            }}
          >
            {t('addAllShown', { count: found.length })}
          </Button>
        )}
      </div>
      {error !== null && <ProblemNotice problem={problemOf(error)} onRetry={() => void refetch()} />}
      {data && found.length === 0 && <p className="text-muted">{t('noneFound')}</p>}
      <ul className="flex flex-wrap gap-2">
        {found.map((host) => (
          <li
            key={host.id}
            className="flex items-center gap-2 rounded-md border border-line bg-surface py-1 ps-2.5 pe-1"
          >
            <Untrusted text={host.name} />
            <Presence presence={host.presence} />
            {!host.permits.includes(remedy) && (
              <Badge icon={<Eye aria-hidden="true" className="size-3.5" />}>{hostWords('observeOnly')}</Badge>
            )}
            <Button
              variant="ghost"
              size="icon"
              className="size-7"
              aria-label={t('addNamed', { name: visibleText(host.name) })}
              onClick={() => {
                onAdd([host.id]);
              }}
            >
              <Plus aria-hidden="true" className="size-4" />
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
