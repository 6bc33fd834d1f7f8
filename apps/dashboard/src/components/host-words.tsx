'use client';

import type { HostSummary } from '@trustfleet/api';
import { Badge, StatusDot, Untrusted } from '@trustfleet/ui';
import { Ban, Eye, PencilLine, ScanEye } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { TextLink } from './text-link.tsx';
import { RemedyName } from './remedy-badge.tsx';

export function HostLink({ id, name }: { readonly id: string; readonly name: string }) {
  return (
    <TextLink href={`/hosts/${id}`} className="font-medium">
      <Untrusted text={name} />
    </TextLink>
  );
}

export function Presence({ presence }: { readonly presence: HostSummary['presence'] }) {
  const t = useTranslations('presence');
  return <StatusDot tone={presence === 'online' ? 'ok' : 'neutral'}>{t(presence)}</StatusDot>;
}

/** What the host's owner permits. */
export function Permits({ permits }: { readonly permits: readonly string[] }) {
  const t = useTranslations();
  if (permits.length === 0) {
    return <Badge icon={<Eye aria-hidden="true" className="size-3.5" />}>{t('hosts.observeOnly')}</Badge>;
  }
  return (
    <span className="flex flex-wrap gap-1">
      {permits.map((remedy) => (
        <Badge key={remedy} tone="accent" icon={<PencilLine aria-hidden="true" className="size-3.5" />}>
          <RemedyName remedy={remedy} />
        </Badge>
      ))}
    </span>
  );
}

export function InterceptionBadge() {
  const t = useTranslations('hosts');
  return (
    <Badge tone="warn" icon={<ScanEye aria-hidden="true" className="size-3.5" />}>
      <span title={t('interceptionHint')}>{t('interception')}</span>
    </Badge>
  );
}

export function FindingCounts({
  host,
}: {
  readonly host: Pick<HostSummary, 'openFindings' | 'openBlockers'>;
}) {
  const t = useTranslations('hosts');
  const warnings = host.openFindings - host.openBlockers;
  if (host.openFindings === 0) return <span className="text-muted">{t('noFindings')}</span>;
  return (
    <span className="flex flex-wrap gap-1">
      {host.openBlockers > 0 && <Badge tone="bad">{t('blockers', { count: host.openBlockers })}</Badge>}
      {warnings > 0 && <Badge tone="warn">{t('warnings', { count: warnings })}</Badge>}
    </span>
  );
}

/** Why nothing is offered to a host; nothing for one that is admitted. */
export function AdmissionBadge({ host }: { readonly host: Pick<HostSummary, 'revokedAt' | 'quarantine'> }) {
  const t = useTranslations('hosts');
  const icon = <Ban aria-hidden="true" className="size-3.5" />;
  if (host.revokedAt !== null)
    return (
      <Badge tone="bad" icon={icon}>
        {t('revoked')}
      </Badge>
    );
  if (host.quarantine === null) return null;
  return (
    <Badge tone="bad" icon={icon}>
      {t('quarantine')}
    </Badge>
  );
}
