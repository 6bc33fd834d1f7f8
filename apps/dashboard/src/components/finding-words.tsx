'use client';

import type { FindingView } from '@trustfleet/api';
import { Badge, buttonClass, Untrusted, visibleText } from '@trustfleet/ui';
import { CircleAlert, TriangleAlert } from 'lucide-react';
import Link from 'next/link';
import { useMessages, useTranslations } from 'use-intl';
import type { Messages } from '../lib/i18n/catalogue.ts';
import { knownKey } from '../lib/i18n/known-key.ts';

import { useMay } from '../lib/permissions/reader.tsx';
import { addressText } from './address-text.ts';
import { useAnyClientName } from './use-client-name.ts';

type Cause = keyof Messages['findings']['causes'];
type ClientSubject = Extract<FindingView['subject'], { kind: 'client' }>;

/** A cause that this release has no words for is shown by its name. */
function useCause(): (finding: Pick<FindingView, 'cause'>) => Cause {
  const { causes } = useMessages().findings;
  return ({ cause }) => knownKey(causes, cause) ?? 'other';
}

export function SeverityBadge({ severity }: { readonly severity: FindingView['severity'] }) {
  const t = useTranslations('findings');
  const blocker = severity === 'blocker';
  const Icon = blocker ? CircleAlert : TriangleAlert;
  return (
    <Badge tone={blocker ? 'bad' : 'warn'} icon={<Icon aria-hidden="true" className="size-3.5" />}>
      <span title={t(blocker ? 'blockerHint' : 'warningHint')}>{t(severity)}</span>
    </Badge>
  );
}

function usePlaceWords(): (subject: FindingView['subject']) => string {
  const t = useTranslations('findings');
  const nameOf = useAnyClientName();
  return (subject) => {
    switch (subject.kind) {
      case 'clock':
        return t('subjectClock');
      case 'bundle':
        return subject.path;
      case 'trustStore':
        return t('subjectStore', { name: subject.name, path: subject.path });
      case 'client':
        return t('subjectClient', {
          client: [nameOf(subject.client), ...pythonOf(subject)].join(', '),
          endpoint: endpointWords(subject.endpoint),
        });
      case 'clients':
        return t('subjectClients', { count: subject.more });
      case 'code':
        return `${subject.path}:${subject.line}`;
      case 'codeLines':
        return t('subjectCodeLines', { count: subject.more });
      case 'share':
        return subject.mount === null
          ? `${subject.export} (${subject.type})`
          : t('subjectShare', { export: subject.export, type: subject.type, mount: subject.mount });
    }
  };
}

const pythonOf = ({ python }: ClientSubject): string[] => (python === null ? [] : [python]);

/** `Site (studio.example:443)` */
function endpointWords({ name, host, port }: ClientSubject['endpoint']): string {
  return `${name} (${addressText(host, port)})`;
}

/** What findings of one cause have in common, in one sentence. */
export function useCauseTitle(): (cause: string) => string {
  const t = useTranslations('findings');
  const causeOf = useCause();
  return (cause) => t(`causes.${causeOf({ cause })}.title`, { anchor: t('anchorFallback'), cause });
}

/** One sentence: what is wrong. */
export function useFindingTitle(): (finding: FindingView) => string {
  const t = useTranslations('findings');
  const causeOf = useCause();
  return (finding) => {
    const anchor = finding.anchor === null ? t('anchorFallback') : visibleText(finding.anchor.name);
    return t(`causes.${causeOf(finding)}.title`, { anchor, cause: finding.cause });
  };
}

/** Title, place and reason of a finding in plain words. */
export function FindingWords({ finding }: { readonly finding: FindingView }) {
  const t = useTranslations('findings');
  const cause = useCause()(finding);
  const title = useFindingTitle()(finding);
  const place = usePlaceWords()(finding.subject);
  const { subject } = finding;
  return (
    <div className="min-w-0">
      <p className="font-medium">
        <Untrusted text={title} className="wrap-anywhere" />
      </p>
      <p className="text-muted">{t(`causes.${cause}.reason`)}</p>
      <p className="mt-0.5 font-mono text-[0.9em] break-all text-muted">
        <Untrusted text={place} />
      </p>
      {subject.kind === 'code' && typeof finding.evidence['text'] === 'string' && (
        <p className="font-mono text-[0.9em] break-all text-muted">
          <Untrusted text={finding.evidence['text']} />
        </p>
      )}
      {subject.kind === 'bundle' && subject.usedBy.length > 0 && (
        <p className="text-[0.93em] break-all text-muted">
          <Untrusted text={t('usedBy', { list: subject.usedBy.join(', ') })} />
        </p>
      )}
      {subject.kind === 'client' && subject.accounts.length > 0 && (
        <p className="text-[0.93em] break-all text-muted">
          <Untrusted text={t('subjectAccounts', { list: subject.accounts.join(', ') })} />
        </p>
      )}
    </div>
  );
}

/** The order that mends a finding, as far as the finding knows it; null where nothing is ordered for it. */
function fixPath({ anchor, hostId, remedies, subject }: FindingView): string | null {
  if (anchor !== null && remedies.includes('trustStore.addAnchor'))
    return `/orders/new?anchor=${anchor.sha256}&hosts=${hostId}`;
  if (subject.kind === 'client' && remedies.includes('trust.repair')) {
    const targets = [{ python: subject.python, client: subject.client, endpoint: subject.endpoint.id }];
    const query = new URLSearchParams({
      remedy: 'trust.repair',
      hosts: hostId,
      parameters: JSON.stringify({ targets }),
      changing: 'true',
    });
    return `/orders/new?${query.toString()}`;
  }
  if (subject.kind === 'code' && remedies.includes('code.report'))
    return `/orders/new?remedy=code.report&hosts=${hostId}`;
  return null;
}

/** The way from a finding to its remedy; says so where there is none. */
export function FindingFix({ finding }: { readonly finding: FindingView }) {
  const t = useTranslations('findings');
  const may = useMay();
  const path = fixPath(finding);
  if (path === null) return <span className="text-[0.93em] text-muted">{t('noRemedy')}</span>;
  if (!may('orders.create')) return null;
  return (
    <Link prefetch={false} href={path} className={buttonClass({ size: 'sm' })}>
      {t(finding.subject.kind === 'code' ? 'reportCode' : finding.anchor === null ? 'repair' : 'fix')}
    </Link>
  );
}
