'use client';

import type { HostDetail } from '@trustfleet/api';
import {
  buttonClass,
  Card,
  Dialog,
  EmptyState,
  Button,
  StatusDot,
  Tabs,
  Untrusted,
  type TabItem,
} from '@trustfleet/ui';
import { CircleCheck, ListChecks } from 'lucide-react';
import Link from 'next/link';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Ago } from '../../components/ago.tsx';
import { FindingTable } from '../../components/finding-table.tsx';
import { AdmissionBadge, InterceptionBadge, Permits, Presence } from '../../components/host-words.tsx';
import { JobTable } from '../../components/job-table.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { PermitHelp } from '../../components/permit-help.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { reads } from '../../lib/api/reads.ts';
import { useRead } from '../../lib/api/use-read.ts';
import { May } from '../../lib/permissions/may.tsx';
import { useMay } from '../../lib/permissions/reader.tsx';
import { AskNow } from './ask-now.tsx';
import { BundlesTab } from './bundles-tab.tsx';
import { HostBanners } from './host-banners.tsx';
import { ManageTab } from './manage-tab.tsx';
import { OtherSections } from './other-sections.tsx';
import { PythonsTab } from './pythons-tab.tsx';
import { ShotgridTab } from './shotgrid/shotgrid-tab.tsx';
import { StoresTab } from './stores-tab.tsx';
import { SystemTab } from './system-tab.tsx';
import { TimelineTab } from './timeline-tab.tsx';
import { VariablesTab } from './variables-tab.tsx';
import { unknownSections } from './sections.ts';

const TABS = [
  'findings',
  'stores',
  'bundles',
  'pythons',
  'shotgrid',
  'variables',
  'system',
  'jobs',
  'timeline',
  'manage',
  'other',
] as const;

function FindingsTab({ host }: { readonly host: HostDetail }) {
  const t = useTranslations();
  const open = host.findings.filter((finding) => finding.state === 'open');
  if (open.length === 0) {
    return (
      <Card>
        <EmptyState icon={<CircleCheck />} title={t('host.noFindingsTitle')}>
          {t('host.noFindings')}
        </EmptyState>
      </Card>
    );
  }
  return (
    <Card flush>
      <FindingTable findings={open} withHost={false} />
    </Card>
  );
}

function JobsTab({ host }: { readonly host: HostDetail }) {
  const t = useTranslations('host');
  return (
    <Card flush>
      {host.jobs.length === 0 ? (
        <EmptyState icon={<ListChecks />} title={t('noJobsTitle')}>
          {t('noJobs')}
        </EmptyState>
      ) : (
        <JobTable label={t('jobs')} jobs={host.jobs} withHost={false} />
      )}
    </Card>
  );
}

function Counted({ label, count }: { readonly label: string; readonly count: number }) {
  return (
    <>
      {label}
      {count > 0 && (
        <span className="ms-1.5 rounded bg-sunken px-1.5 text-[0.86em] text-muted tabular-nums">{count}</span>
      )}
    </>
  );
}

function useTabItems(host: HostDetail): readonly TabItem[] {
  const t = useTranslations('host');
  const may = useMay();
  const others = unknownSections(host);
  const items: TabItem[] = [
    {
      id: 'findings',
      label: <Counted label={t('findings')} count={host.openFindings} />,
      content: <FindingsTab host={host} />,
    },
    { id: 'stores', label: t('stores'), content: <StoresTab host={host} /> },
    { id: 'bundles', label: t('bundles'), content: <BundlesTab host={host} /> },
    { id: 'pythons', label: t('pythons'), content: <PythonsTab host={host} /> },
    { id: 'shotgrid', label: t('shotgrid'), content: <ShotgridTab host={host} /> },
    { id: 'variables', label: t('variables'), content: <VariablesTab host={host} /> },
    { id: 'system', label: t('system'), content: <SystemTab host={host} /> },
    {
      id: 'jobs',
      label: <Counted label={t('jobs')} count={host.jobs.filter((job) => !job.final).length} />,
      content: <JobsTab host={host} />,
    },
    { id: 'timeline', label: t('timeline'), content: <TimelineTab hostId={host.id} /> },
  ];
  if (may('hosts.manage'))
    items.push({ id: 'manage', label: t('manage'), content: <ManageTab host={host} /> });
  if (others.length > 0)
    items.push({ id: 'other', label: t('other'), content: <OtherSections sections={others} /> });
  return items;
}

function HostTabs({ host }: { readonly host: HostDetail }) {
  const t = useTranslations('host');
  const [tab, setTab] = useQueryState('tab', parseAsStringLiteral(TABS).withDefault('findings'));
  const items = useTabItems(host);
  return (
    <Tabs
      label={t('tabs')}
      items={items}
      value={items.some(({ id }) => id === tab) ? tab : 'findings'}
      onValueChange={(id) => void setTab(TABS.find((known) => known === id) ?? null)}
    />
  );
}

function HostFacts({ host }: { readonly host: HostDetail }) {
  const t = useTranslations();
  return (
    <>
      <Presence presence={host.presence} />
      {host.presence === 'offline' && (
        <span>
          {host.lastSeen === null
            ? t('presence.never')
            : t.rich('presence.lastSeenRich', { time: () => <Ago at={host.lastSeen ?? host.enrolledAt} /> })}
        </span>
      )}
      <span>{host.os === null ? t('hosts.noReport') : <Untrusted text={host.os} />}</span>
      {host.agentVersion !== null && (
        <span>
          {t('host.agent')} <Untrusted text={host.agentVersion} />
        </span>
      )}
      <span>
        {t('hosts.group')}{' '}
        <TextLink href={`/hosts?groupId=${host.group.id}`}>
          <Untrusted text={host.group.name} className="wrap-anywhere" />
        </TextLink>
      </span>
      <Permits permits={host.permits} />
      <AdmissionBadge host={host} />
      {host.interception && <InterceptionBadge />}
      {host.openBlockers > 0 && (
        <StatusDot tone="bad">{t('hosts.blockers', { count: host.openBlockers })}</StatusDot>
      )}
    </>
  );
}

function PermitButton({ host }: { readonly host: HostDetail }) {
  const t = useTranslations();
  const [open, setOpen] = useState(false);
  if (host.permits.includes('trustStore.addAnchor')) return null;
  return (
    <>
      <Button
        onClick={() => {
          setOpen(true);
        }}
      >
        {t('host.howToPermit')}
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={t('permit.title')} closeLabel={t('common.close')}>
        <PermitHelp remedy="trustStore.addAnchor" permits={host.permits} />
      </Dialog>
    </>
  );
}

export function HostView({ id }: { readonly id: string }) {
  const t = useTranslations();
  const { data: host, error, refetch } = useRead(reads.host(id));
  return (
    <>
      <PageHeader
        title={host ? <Untrusted text={host.name} /> : t('hosts.title')}
        parent={{ href: '/hosts', label: t('hosts.title') }}
        details={host && <HostFacts host={host} />}
        actions={
          host && (
            <May needs="orders.create">
              <AskNow host={host} />
              <PermitButton host={host} />
              {host.revokedAt === null && (
                <Link
                  href={`/orders/new?hosts=${host.id}`}
                  prefetch={false}
                  className={buttonClass({ variant: 'primary' })}
                >
                  {t('host.addAnchor')}
                </Link>
              )}
            </May>
          )
        }
      />
      {error !== null && <ProblemNotice problem={problemOf(error)} onRetry={() => void refetch()} />}
      {host && <HostBanners host={host} />}
      {host && <HostTabs host={host} />}
    </>
  );
}
