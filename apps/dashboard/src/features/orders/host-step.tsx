'use client';

import type { HostSummary, OrderRemedy } from '@trustfleet/api';
import { Button, Card, Checkbox, EmptyState, Notice, Skeleton, Untrusted, visibleText } from '@trustfleet/ui';
import { X } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { HostLink, Presence } from '../../components/host-words.tsx';
import { PermitHelp } from '../../components/permit-help.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import type { ChosenHosts } from './chosen-hosts.ts';
import { HostPicker } from './host-picker.tsx';

function HostRows({
  label,
  hosts,
  onRemove,
}: {
  readonly label: string;
  readonly hosts: readonly HostSummary[];
  readonly onRemove: (id: string) => void;
}) {
  const t = useTranslations('order');
  return (
    <ul
      aria-label={label}
      className="max-h-72 divide-y divide-line overflow-y-auto rounded-md border border-line"
    >
      {hosts.map((host) => (
        <li key={host.id} className="flex items-center gap-4 px-3 py-1.5">
          <span className="min-w-0 flex-1 truncate">
            <HostLink id={host.id} name={host.name} />
          </span>
          <span className="hidden text-muted sm:inline">
            {host.os !== null && <Untrusted text={host.os} />}
          </span>
          <Presence presence={host.presence} />
          <Button
            variant="ghost"
            size="icon"
            className="size-7"
            aria-label={t('removeNamed', { name: visibleText(host.name) })}
            onClick={() => {
              onRemove(host.id);
            }}
          >
            <X aria-hidden="true" className="size-3.5" />
          </Button>
        </li>
      ))}
    </ul>
  );
}

export interface HostStepProps {
  readonly remedy: OrderRemedy;
  readonly chosen: ChosenHosts;
  readonly hostIds: readonly string[];
  readonly onHostIds: (ids: readonly string[]) => void;
  readonly includeForbidden: boolean;
  readonly onIncludeForbidden: (include: boolean) => void;
  /** Offers to list only hosts that lack it. */
  readonly anchor: string | null;
}

function Forbidden({
  remedy,
  chosen,
  includeForbidden,
  onIncludeForbidden,
  onRemove,
}: Omit<HostStepProps, 'hostIds' | 'onHostIds' | 'anchor'> & { readonly onRemove: (id: string) => void }) {
  const t = useTranslations();
  const [help, setHelp] = useState(false);
  return (
    <section className="flex flex-col gap-2.5">
      <h3 className="font-medium">{t('order.forbiddenHosts')}</h3>
      <p className="text-muted">{t('order.forbiddenText')}</p>
      <HostRows label={t('order.forbiddenHosts')} hosts={chosen.forbidden} onRemove={onRemove} />
      <div className="flex flex-wrap items-center gap-4">
        <Checkbox checked={includeForbidden} onCheckedChange={onIncludeForbidden}>
          {t('order.includeForbidden')}
        </Checkbox>
        <Button
          size="sm"
          aria-expanded={help}
          onClick={() => {
            setHelp(!help);
          }}
        >
          {t('host.howToPermit')}
        </Button>
      </div>
      {help && <PermitHelp remedy={remedy} permits={[]} />}
    </section>
  );
}

export function HostStep({
  remedy,
  chosen,
  hostIds,
  onHostIds,
  includeForbidden,
  onIncludeForbidden,
  anchor,
}: HostStepProps) {
  const t = useTranslations('order');
  const common = useTranslations('common');
  const [adding, setAdding] = useState(false);
  const leaveOut = (id: string): void => {
    onHostIds(hostIds.filter((item) => item !== id));
  };
  return (
    <Card
      title={t('stepHosts')}
      description={t('chosen', { count: hostIds.length })}
      actions={
        <Button
          size="sm"
          aria-expanded={adding}
          onClick={() => {
            setAdding(!adding);
          }}
        >
          {t('addHosts')}
        </Button>
      }
    >
      <div className="flex flex-col gap-5">
        {chosen.error !== null && <ProblemNotice problem={problemOf(chosen.error)} />}
        {chosen.loading && <Skeleton label={common('loading')} rows={3} />}
        {chosen.gone > 0 && <Notice tone="warn" title={t('gone', { count: chosen.gone })} />}
        {chosen.permitted.length > 0 && (
          <section className="flex flex-col gap-2.5">
            <h3 className="font-medium">{t('permittedHosts')}</h3>
            <HostRows label={t('permittedHosts')} hosts={chosen.permitted} onRemove={leaveOut} />
          </section>
        )}
        {chosen.forbidden.length > 0 && (
          <Forbidden
            remedy={remedy}
            chosen={chosen}
            includeForbidden={includeForbidden}
            onIncludeForbidden={onIncludeForbidden}
            onRemove={leaveOut}
          />
        )}
        {hostIds.length === 0 && !adding && (
          <EmptyState
            title={t('chosen', { count: 0 })}
            actions={
              <Button
                onClick={() => {
                  setAdding(true);
                }}
              >
                {t('addHosts')}
              </Button>
            }
          />
        )}
        {adding && (
          <HostPicker
            remedy={remedy}
            anchor={remedy === 'trustStore.addAnchor' ? anchor : null}
            chosen={hostIds}
            onAdd={(ids) => {
              onHostIds([...hostIds, ...ids]);
            }}
          />
        )}
      </div>
    </Card>
  );
}
