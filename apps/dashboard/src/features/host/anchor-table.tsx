'use client';

import type { HostDetail } from '@trustfleet/api';
import type { TrustStore } from '@trustfleet/protocol';
import { Badge, Button, Card, FilterSelect, inputClass, Table, Td, Th, Tr, Untrusted } from '@trustfleet/ui';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Day } from '../../components/ago.tsx';
import { reads } from '../../lib/api/reads.ts';
import { useRead } from '../../lib/api/use-read.ts';
import { useNow } from '../../lib/i18n/reader-provider.tsx';
import { anchorRows, filterAnchors, type AnchorFilter, type AnchorRow } from './anchor-rows.ts';
import { AnchorStanding, ClassBadge, TrustBadge } from './anchor-class.tsx';
import { CertificateDialog } from './certificate-dialog.tsx';
import { RemoveLink } from './remove-link.tsx';

const FIRST_SHOWN = 50;
const FILTERS = ['all', 'notable', 'local', 'required'] as const;

/** Which anchors are shown and which one is open stands in the address. */
const anchorUrl = {
  anchor: parseAsString.withDefault(''),
  show: parseAsStringLiteral(FILTERS).withDefault('all'),
  certificate: parseAsString,
};

/** An anchor whose certificate has not arrived at the server. */
function UnheldRow({ row }: { readonly row: AnchorRow }) {
  const t = useTranslations('stores');
  return (
    <Tr>
      <Td className="text-muted">
        <span className="flex flex-wrap items-center gap-x-2">
          {row.entry?.name == null ? t('notHeld') : <Untrusted text={row.entry.name} />}
          <TrustBadge trust={row.trust} />
        </span>
      </Td>
      <Td />
      <Td />
      <Td className="font-mono text-[0.9rem]">{row.sha256.slice(0, 16)}</Td>
    </Tr>
  );
}

function Row({ row, onOpen }: { readonly row: AnchorRow; readonly onOpen: () => void }) {
  const t = useTranslations('stores');
  const now = useNow();
  const { certificate } = row;
  if (certificate === null) return <UnheldRow row={row} />;
  return (
    <Tr>
      <Td>
        <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
          <button
            type="button"
            onClick={onOpen}
            className="cursor-pointer text-start font-medium text-accent underline decoration-accent/40 underline-offset-2 hover:decoration-accent"
          >
            <Untrusted text={certificate.commonName ?? certificate.subject} />
          </button>
          {row.local && <Badge tone="accent">{t('local')}</Badge>}
          {row.required && <Badge tone="ok">{t('required')}</Badge>}
          <TrustBadge trust={row.trust} />
          {!row.required && <ClassBadge known={certificate.class} />}
        </span>
      </Td>
      <Td className="text-muted">
        <Untrusted text={certificate.selfSigned ? '—' : certificate.issuer} />
      </Td>
      <Td className={new Date(certificate.notAfter) < now ? 'text-bad' : ''}>
        <Day at={certificate.notAfter} />
        {new Date(certificate.notAfter) < now && (
          <Badge tone="bad" className="ms-2">
            {t('expired')}
          </Badge>
        )}
      </Td>
      <Td className="font-mono text-[0.9rem] whitespace-nowrap" title={row.sha256}>
        {row.sha256.slice(0, 16)}
      </Td>
    </Tr>
  );
}

function Toolbar({
  text,
  filter,
  onChange,
}: {
  readonly text: string;
  readonly filter: AnchorFilter;
  readonly onChange: (change: { anchor?: string | null; show?: AnchorFilter | null }) => void;
}) {
  const t = useTranslations('stores');
  return (
    <div role="search" className="flex flex-wrap gap-2 border-b border-line p-3">
      <input
        type="search"
        aria-label={t('search')}
        placeholder={t('search')}
        className={`${inputClass} max-w-80`}
        value={text}
        onChange={(event) => {
          onChange({ anchor: event.target.value === '' ? null : event.target.value });
        }}
      />
      <FilterSelect
        label={t('show')}
        value={filter}
        options={[
          { value: 'all', label: t('showAll') },
          { value: 'notable', label: t('showNotable') },
          { value: 'local', label: t('showLocal') },
          { value: 'required', label: t('showRequired') },
        ]}
        onPick={(value) => {
          onChange({ show: FILTERS.find((known) => known === value) ?? null });
        }}
      />
    </div>
  );
}

export function AnchorTable({
  store,
  host,
}: {
  readonly store: TrustStore;
  readonly host: Pick<HostDetail, 'id' | 'certificates' | 'revokedAt'>;
}) {
  const { certificates } = host;
  const t = useTranslations('stores');
  const [url, setUrl] = useQueryStates(anchorUrl);
  const [limit, setLimit] = useState(FIRST_SHOWN);
  const { data: overview } = useRead(reads.overview);
  const required = useMemo(() => new Set(overview?.anchors.map((anchor) => anchor.sha256)), [overview]);
  const rows = useMemo(() => anchorRows({ store, certificates, required }), [store, certificates, required]);
  const found = filterAnchors(rows, { text: url.anchor, filter: url.show });
  const opened = rows.find(({ sha256 }) => sha256 === url.certificate);
  return (
    <Card title={t('anchors')} description={t('matches', { count: found.length, total: rows.length })} flush>
      <Toolbar text={url.anchor} filter={url.show} onChange={(change) => void setUrl(change)} />
      {found.length === 0 ? (
        <p className="p-4 text-muted">{t('noMatch')}</p>
      ) : (
        <Table label={t('anchors')}>
          <thead>
            <tr>
              <Th>{t('subject')}</Th>
              <Th>{t('issuer')}</Th>
              <Th>{t('validUntil')}</Th>
              <Th>{t('fingerprint')}</Th>
            </tr>
          </thead>
          <tbody>
            {found.slice(0, limit).map((row) => (
              <Row key={row.sha256} row={row} onOpen={() => void setUrl({ certificate: row.sha256 })} />
            ))}
          </tbody>
        </Table>
      )}
      {found.length > limit && (
        <div className="border-t border-line p-2 text-center">
          <Button
            size="sm"
            variant="ghost"
            onClick={() => {
              setLimit(found.length);
            }}
          >
            {t('more', { count: found.length - limit })}
          </Button>
        </div>
      )}
      <CertificateDialog
        certificate={opened?.certificate ?? null}
        onClose={() => void setUrl({ certificate: null })}
      >
        {opened?.certificate != null && (
          <>
            <AnchorStanding known={opened.certificate.class} entry={opened.entry} />
            <RemoveLink host={host} store={store} row={opened} />
          </>
        )}
      </CertificateDialog>
    </Card>
  );
}
