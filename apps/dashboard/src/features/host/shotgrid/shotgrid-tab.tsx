'use client';

import type { HostDetail, HostSharedInstalls } from '@trustfleet/api';
import type { ShotgridSection, ShotgunApi, ToolkitConfiguration, ToolkitCore } from '@trustfleet/protocol';
import { Badge, Card, EmptyState, Table, Td, Th, Tr, Untrusted } from '@trustfleet/ui';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { TextLink } from '../../../components/text-link.tsx';
import { reads } from '../../../lib/api/reads.ts';
import { useRead } from '../../../lib/api/use-read.ts';
import { useMay } from '../../../lib/permissions/reader.tsx';
import { SectionFrame } from '../section-frame.tsx';
import { sectionOf } from '../sections.ts';
import { CodeCard } from './code-card.tsx';

const PATH = 'font-mono text-[0.9rem] break-all';

function Version({ version }: { readonly version: string | null }) {
  const t = useTranslations('common');
  return <Untrusted text={version ?? t('unknown')} className="font-medium" />;
}

type Shared = ReadonlyMap<string, HostSharedInstalls['items'][number]>;
const NONE: HostSharedInstalls['items'] = [];

/** What this host has from shares, by its own path: who else uses it. */
function useShared(hostId: string): Shared {
  const { data } = useRead(reads.hostInstalls(hostId), { enabled: useMay()('installs.read') });
  return new Map((data?.items ?? NONE).map((install) => [install.at, install]));
}

function SharedWith({ install }: { readonly install: HostSharedInstalls['items'][number] | undefined }) {
  const t = useTranslations('shotgrid');
  if (install === undefined) return null;
  return (
    <span className="block text-[0.93rem]">
      <TextLink href={`/installs/${install.id}`}>
        {t('sharedWith', { count: Math.max(0, install.hosts - 1) })}
      </TextLink>
      {install.differs && (
        <Badge tone="warn" className="ms-1.5">
          {t('sharedDiffers')}
        </Badge>
      )}
    </span>
  );
}

/** Where it lies, and who exports it where that is a share. */
function Place({
  path,
  shared,
  install,
}: Pick<ShotgunApi, 'path' | 'shared'> & {
  readonly install?: HostSharedInstalls['items'][number] | undefined;
}) {
  const t = useTranslations('shotgrid');
  return (
    <>
      <Untrusted text={path} className={PATH} />
      {shared !== null && (
        <span className="block text-[0.93rem] text-muted">
          <Untrusted text={t('sharedFrom', { name: shared.export })} className="wrap-anywhere" />
        </span>
      )}
      <SharedWith install={install} />
    </>
  );
}

function NotInUse({ inUse }: { readonly inUse: boolean }) {
  const t = useTranslations('shotgrid');
  return inUse ? null : <Badge>{t('notInUse')}</Badge>;
}

function Listed({
  title,
  empty,
  columns,
  rows,
}: {
  readonly title: string;
  readonly empty: string;
  readonly columns: readonly string[];
  readonly rows: readonly ReactNode[];
}) {
  return (
    <Card title={title} flush>
      {rows.length === 0 ? (
        <EmptyState title={empty} />
      ) : (
        <Table label={title} stacked>
          <thead>
            <tr>
              {columns.map((column) => (
                <Th key={column}>{column}</Th>
              ))}
            </tr>
          </thead>
          <tbody>{rows}</tbody>
        </Table>
      )}
    </Card>
  );
}

function Api({ api, shared }: { readonly api: ShotgunApi; readonly shared: Shared }) {
  const t = useTranslations('shotgrid');
  return (
    <Tr>
      <Td>
        <span className="flex flex-wrap items-center gap-x-2">
          <Version version={api.version} />
          <NotInUse inUse={api.inUse} />
        </span>
      </Td>
      <Td column={t('form')}>{t(`forms.${api.form}`)}</Td>
      <Td column={t('bundles')}>
        {api.bundles.length === 0 ? (
          <span className="text-muted">{t('noBundle')}</span>
        ) : (
          <ul>
            {api.bundles.map((bundle) => (
              <li key={bundle.path}>
                <Untrusted
                  text={t('bundle', {
                    name: bundle.path.split('/').at(-1) ?? '',
                    count: bundle.certificates,
                  })}
                  className="wrap-anywhere"
                />
              </li>
            ))}
          </ul>
        )}
      </Td>
      <Td column={t('path')}>
        <Place path={api.path} shared={api.shared} install={shared.get(api.path)} />
      </Td>
    </Tr>
  );
}

function Core({
  core,
  apis,
  shared,
}: {
  readonly core: ToolkitCore;
  readonly apis: ShotgridSection['apis'];
  readonly shared: Shared;
}) {
  const t = useTranslations('shotgrid');
  const common = useTranslations('common');
  const versions = core.apis.map(
    (path) => apis.find((api) => api.path === path)?.version ?? common('unknown'),
  );
  return (
    <Tr>
      <Td>
        <span className="flex flex-wrap items-center gap-x-2">
          <Version version={core.version} />
          <NotInUse inUse={core.inUse} />
        </span>
      </Td>
      <Td column={t('kind')}>{t(`coreKinds.${core.kind}`)}</Td>
      <Td column={t('brings')}>
        <Untrusted text={[...new Set(versions)].join(', ') || t('noApi')} />
      </Td>
      <Td column={t('path')}>
        <Place path={core.location} shared={core.shared} install={shared.get(core.path)} />
      </Td>
    </Tr>
  );
}

function Configuration({ configuration }: { readonly configuration: ToolkitConfiguration }) {
  const t = useTranslations('shotgrid');
  const { core } = configuration;
  const pinned =
    core === null ? t('noDescriptor') : `${core.name ?? core.type} ${core.version ?? t('latest')}`;
  return (
    <Tr>
      <Td>
        <Untrusted text={configuration.site ?? t('noSite')} className="wrap-anywhere" />
      </Td>
      <Td column={t('kind')}>{t(`configurationKinds.${configuration.kind}`)}</Td>
      <Td column={t('core')}>
        <Untrusted text={pinned} className="wrap-anywhere" />
        {core !== null && configuration.corePath === null && (
          <Badge tone="warn" className="ms-1.5">
            {t('coreNotHere')}
          </Badge>
        )}
      </Td>
      <Td column={t('path')}>
        <Place path={configuration.path} shared={configuration.shared} />
      </Td>
    </Tr>
  );
}

function Section({ section, hostId }: { readonly section: ShotgridSection; readonly hostId: string }) {
  const t = useTranslations('shotgrid');
  const shared = useShared(hostId);
  const { apis, cores, configurations, problems } = section;
  return (
    <>
      <Listed
        title={t('apis')}
        empty={t('noApis')}
        columns={[t('version'), t('form'), t('bundles'), t('path')]}
        rows={apis.map((api) => (
          <Api key={api.path} api={api} shared={shared} />
        ))}
      />
      <Listed
        title={t('cores')}
        empty={t('noCores')}
        columns={[t('version'), t('kind'), t('brings'), t('path')]}
        rows={cores.map((core) => (
          <Core key={core.path} core={core} apis={apis} shared={shared} />
        ))}
      />
      <Listed
        title={t('configurations')}
        empty={t('noConfigurations')}
        columns={[t('site'), t('kind'), t('core'), t('path')]}
        rows={configurations.map((configuration) => (
          <Configuration key={configuration.path} configuration={configuration} />
        ))}
      />
      {problems.length > 0 && (
        <Card title={t('problems')}>
          <ul>
            {problems.map((problem) => (
              <li key={`${problem.path} ${problem.reason}`} className="wrap-anywhere">
                <Untrusted text={problem.path} className={PATH} />
                {': '}
                <Untrusted text={problem.reason} className="text-warn" />
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}

/** Copies of shotgun_api3, Toolkit cores and configurations of a host, and code that decides about verification itself. */
export function ShotgridTab({ host }: { readonly host: HostDetail }) {
  return (
    <div className="flex flex-col gap-5">
      <SectionFrame state={sectionOf(host, 'shotgrid')}>
        {(section) => <Section section={section} hostId={host.id} />}
      </SectionFrame>
      <CodeCard host={host} />
    </div>
  );
}
