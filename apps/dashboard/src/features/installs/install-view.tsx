'use client';

import type { SharedInstallDetail } from '@trustfleet/api';
import { Card, Fact, Facts, Notice, Skeleton, Untrusted } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { Print } from '../../components/copyable.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { pagedReads } from '../../lib/api/reads.ts';
import { usePaged } from '../../lib/api/use-read.ts';
import { InstallCauses } from './install-causes.tsx';
import { InstallHosts } from './install-hosts.tsx';
import { InstallPlace } from './install-place.tsx';

/** What other hosts see where these see this. */
function Others({ install }: { readonly install: SharedInstallDetail }) {
  const t = useTranslations('installs');
  const common = useTranslations('common');
  if (install.others.length === 0) return null;
  return (
    <Notice tone="warn" title={t('othersTitle')} className="mb-5">
      <p>{t('others')}</p>
      <ul className="mt-1.5 flex flex-col gap-1">
        {install.others.map((other) => (
          <li key={other.id}>
            <TextLink href={`/installs/${other.id}`}>
              <Untrusted
                text={
                  other.content === null
                    ? t('otherNotRead')
                    : t('other', {
                        version: other.version ?? common('unknown'),
                        content: other.content.slice(0, 12),
                      })
                }
                className="wrap-anywhere"
              />
            </TextLink>{' '}
            <span className="text-muted">{t('onHosts', { count: other.hosts })}</span>
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function About({ install }: { readonly install: SharedInstallDetail }) {
  const t = useTranslations('installs');
  const common = useTranslations('common');
  return (
    <Card className="mb-5">
      <Facts>
        <Fact name={t('export')}>
          <Untrusted text={install.source} className="font-mono text-[0.9rem] break-all" />
        </Fact>
        <Fact name={t('below')}>
          <Untrusted text={install.path} className="font-mono text-[0.9rem] break-all" />
        </Fact>
        {install.kind !== 'bundle' && (
          <Fact name={t('version')}>
            <Untrusted text={install.version ?? common('unknown')} />
          </Fact>
        )}
        <Fact name={t('content')}>
          {install.content === null ? t('notRead') : <Print value={install.content} short />}
        </Fact>
        <Fact name={t('hosts')}>{t('onHosts', { count: install.hosts })}</Fact>
      </Facts>
    </Card>
  );
}

/** One shared install: who uses it and where, what does not work through it, and whether all of them see the same. */
export function InstallView({ id }: { readonly id: string }) {
  const t = useTranslations('installs');
  const common = useTranslations('common');
  const { pages, error, retry, more, loadingOlder, showOlder } = usePaged(pagedReads.install(id));
  const install = pages?.[0];
  return (
    <>
      <PageHeader
        title={install === undefined ? t('title') : t(`kinds.${install.kind}`)}
        parent={{ href: '/installs', label: t('title') }}
        details={install && <InstallPlace install={install} />}
      />
      {error !== null && <ProblemNotice problem={problemOf(error)} onRetry={retry} />}
      {install === undefined && error === null && <Skeleton label={common('loading')} />}
      {install && (
        <>
          <Others install={install} />
          <About install={install} />
          <InstallCauses causes={install.causes} />
          <InstallHosts
            uses={pages.flatMap((page) => page.uses.items)}
            end={{ more, loading: loadingOlder, onMore: showOlder }}
          />
        </>
      )}
    </>
  );
}
