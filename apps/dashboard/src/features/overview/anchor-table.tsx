'use client';

import type { Overview } from '@trustfleet/api';
import { Card, EmptyState, StatusDot, Table, Td, Th, Tr, Untrusted, type Tone } from '@trustfleet/ui';
import { useFormatter, useTranslations } from 'use-intl';
import { Print } from '../../components/copyable.tsx';
import { TextLink } from '../../components/text-link.tsx';

type Anchor = Overview['anchors'][number];

function AnchorState({ anchor }: { readonly anchor: Anchor }) {
  const t = useTranslations('overview');
  const tone: Tone = anchor.missing > 0 ? 'bad' : anchor.met > 0 ? 'ok' : 'neutral';
  const words = {
    bad: t('someMissing', { count: anchor.missing }),
    ok: t('allMet'),
    neutral: t('noReports'),
    warn: '',
    accent: '',
  }[tone];
  return <StatusDot tone={tone}>{words}</StatusDot>;
}

function AnchorRow({ anchor }: { readonly anchor: Anchor }) {
  const t = useTranslations('overview');
  const format = useFormatter();
  const missing = format.number(anchor.missing);
  return (
    <Tr>
      <Td className="font-medium">
        <Untrusted text={anchor.name} />
      </Td>
      <Td>
        <Print value={anchor.sha256} short />
      </Td>
      <Td className="text-end tabular-nums">{format.number(anchor.met)}</Td>
      <Td className="text-end tabular-nums">
        {anchor.missing > 0 ? (
          <TextLink href={`/hosts?missingAnchor=${anchor.sha256}`} className="font-semibold">
            {missing}
            <span className="sr-only">
              {' '}
              <Untrusted text={t('missingLink', { anchor: anchor.name })} />
            </span>
          </TextLink>
        ) : (
          missing
        )}
      </Td>
      <Td className="text-end tabular-nums">{format.number(anchor.unknown)}</Td>
      <Td>
        <AnchorState anchor={anchor} />
      </Td>
    </Tr>
  );
}

export function AnchorTable({ anchors }: { readonly anchors: readonly Anchor[] }) {
  const t = useTranslations('overview');
  return (
    <Card title={t('anchorsTitle')} description={t('anchorsText')} flush>
      {anchors.length === 0 ? (
        <EmptyState title={t('noAnchors')}>{t('noAnchorsText')}</EmptyState>
      ) : (
        <Table label={t('anchorsTitle')}>
          <thead>
            <tr>
              <Th>{t('anchor')}</Th>
              <Th>{t('fingerprint')}</Th>
              <Th className="text-end">{t('met')}</Th>
              <Th className="text-end">{t('missing')}</Th>
              <Th className="text-end">{t('notReported')}</Th>
              <Th>{t('state')}</Th>
            </tr>
          </thead>
          <tbody>
            {anchors.map((anchor) => (
              <AnchorRow key={anchor.sha256} anchor={anchor} />
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}
