'use client';

import type { SharedInstallView } from '@trustfleet/api';
import {
  Badge,
  Card,
  EmptyState,
  FilterSelect,
  Skeleton,
  Table,
  Td,
  Th,
  Tr,
  Untrusted,
} from '@trustfleet/ui';
import { FolderTree, TriangleAlert } from 'lucide-react';
import { useQueryStates, type inferParserType } from 'nuqs';
import { useTranslations } from 'use-intl';
import { OlderButton } from '../../components/older-button.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { SearchBox } from '../../components/search-box.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { usePaged } from '../../lib/api/use-read.ts';
import { InstallPlace } from './install-place.tsx';
import { installListRead, installListUrl, KINDS } from './install-list-url.ts';

function Filters() {
  const t = useTranslations('installs');
  const [url, setUrl] = useQueryStates(installListUrl, { history: 'push' });
  return (
    <div role="search" className="flex flex-wrap gap-2 border-b border-line p-3">
      <SearchBox
        label={t('search')}
        value={url.q}
        onChange={(q) => void setUrl({ q: q === '' ? null : q })}
      />
      <FilterSelect
        label={t('kind')}
        value={url.kind ?? ''}
        options={[
          { value: '', label: t('anyKind') },
          ...KINDS.map((kind) => ({ value: kind, label: t(`kinds.${kind}`) })),
        ]}
        onPick={(value) => void setUrl({ kind: KINDS.find((kind) => kind === value) ?? null })}
      />
      <FilterSelect
        label={t('content')}
        value={url.differing ? 'differing' : ''}
        options={[
          { value: '', label: t('anyContent') },
          { value: 'differing', label: t('differing') },
        ]}
        onPick={(value) => void setUrl({ differing: value === 'differing' ? true : null })}
      />
    </div>
  );
}

/** The hosts that use it do not all see this content. */
function Differs() {
  const t = useTranslations('installs');
  return (
    <Badge tone="warn" icon={<TriangleAlert aria-hidden="true" className="size-3.5" />}>
      {t('differs')}
    </Badge>
  );
}

function Row({ install }: { readonly install: SharedInstallView }) {
  const t = useTranslations('installs');
  const common = useTranslations('common');
  return (
    <Tr>
      <Td className="md:min-w-80">
        <TextLink href={`/installs/${install.id}`}>
          <InstallPlace install={install} />
        </TextLink>
      </Td>
      <Td column={t('kind')}>{t(`kinds.${install.kind}`)}</Td>
      {install.kind === 'bundle' ? (
        <Td />
      ) : (
        <Td column={t('version')}>
          <Untrusted text={install.version ?? common('unknown')} />
        </Td>
      )}
      <Td column={t('hosts')} className="tabular-nums">
        {install.hosts}
      </Td>
      <Td>
        {install.differs && <Differs />}
        {install.content === null && <span className="text-muted">{t('notRead')}</span>}
      </Td>
    </Tr>
  );
}

function Listed({ installs }: { readonly installs: readonly SharedInstallView[] }) {
  const t = useTranslations('installs');
  return (
    <Table label={t('title')} stacked>
      <thead>
        <tr>
          <Th>{t('place')}</Th>
          <Th>{t('kind')}</Th>
          <Th>{t('version')}</Th>
          <Th>{t('hosts')}</Th>
          <Th>{t('content')}</Th>
        </tr>
      </thead>
      <tbody>
        {installs.map((install) => (
          <Row key={install.id} install={install} />
        ))}
      </tbody>
    </Table>
  );
}

function Nothing({ url }: { readonly url: inferParserType<typeof installListUrl> }) {
  const t = useTranslations('installs');
  const chosen = url.q !== '' || url.kind !== null || url.differing;
  return (
    <EmptyState icon={<FolderTree />} title={t(chosen ? 'noneTitle' : 'emptyTitle')}>
      {t(chosen ? 'none' : 'empty')}
    </EmptyState>
  );
}

/** What hosts use from network shares: the same object once, however many hosts see it. */
export function InstallsView() {
  const t = useTranslations('installs');
  const common = useTranslations('common');
  const [url] = useQueryStates(installListUrl);
  const { pages, error, retry, more, loadingOlder, showOlder } = usePaged(installListRead(url));
  const installs = pages?.flatMap((page) => page.items) ?? [];
  return (
    <>
      <PageHeader title={t('title')} details={<span>{t('text')}</span>} />
      {error !== null && <ProblemNotice problem={problemOf(error)} onRetry={retry} />}
      <Card flush>
        <Filters />
        {pages === undefined && error === null && <Skeleton label={common('loading')} />}
        {pages && installs.length === 0 && <Nothing url={url} />}
        {installs.length > 0 && (
          <>
            <Listed installs={installs} />
            <OlderButton more={more} loading={loadingOlder} onOlder={showOlder} label={t('more')} />
          </>
        )}
      </Card>
    </>
  );
}
