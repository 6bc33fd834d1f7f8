'use client';

import type { HostDetail } from '@trustfleet/api';
import type { SystemSection } from '@trustfleet/protocol';
import { Card, Fact, Facts, Untrusted } from '@trustfleet/ui';
import { useFormatter, useTranslations } from 'use-intl';
import { SectionFrame } from './section-frame.tsx';
import { sectionOf } from './sections.ts';

const GIB = 1024 ** 3;

function Value({ text }: { readonly text: string | null }) {
  const t = useTranslations('common');
  return text === null ? <span className="text-muted">{t('unknown')}</span> : <Untrusted text={text} />;
}

function SystemFacts({ system }: { readonly system: SystemSection }) {
  const t = useTranslations();
  const format = useFormatter();
  const { os, cpu } = system;
  const release = [os.release, os.codename].filter((part) => part !== null).join(' · ');
  return (
    <Facts>
      <Fact name={t('system.hostname')}>
        <Value text={system.hostname} />
      </Fact>
      <Fact name={t('system.os')}>
        <Value text={os.distribution ?? t(`platform.${os.platform}`)} />
      </Fact>
      <Fact name={t('system.release')}>
        <Value text={release === '' ? null : release} />
      </Fact>
      <Fact name={t('system.kernel')}>
        <Value text={os.kernel} />
      </Fact>
      <Fact name={t('system.architecture')}>
        <Value text={os.architecture} />
      </Fact>
      <Fact name={t('system.manufacturer')}>
        <Value text={system.manufacturer} />
      </Fact>
      <Fact name={t('system.model')}>
        <Value text={system.model} />
      </Fact>
      <Fact name={t('system.virtual')}>{t(system.virtual ? 'common.yes' : 'common.no')}</Fact>
      <Fact name={t('system.cpu')}>
        <Value text={cpu.brand} />
        {cpu.cores !== null && (
          <span className="text-muted">{` · ${t('system.cores', { count: cpu.cores })}`}</span>
        )}
      </Fact>
      <Fact name={t('system.memory')}>
        {system.memoryBytes === null ? (
          <Value text={null} />
        ) : (
          format.number(system.memoryBytes / GIB, {
            style: 'unit',
            unit: 'gigabyte',
            maximumFractionDigits: 1,
          })
        )}
      </Fact>
      <Fact name={t('system.interfaces')}>
        {system.interfaces.map((item) => (
          <span key={item.name} className="me-4 inline-block font-mono text-[0.9em]">
            <Untrusted text={item.mac === null ? item.name : `${item.name} ${item.mac}`} />
          </span>
        ))}
      </Fact>
    </Facts>
  );
}

export function SystemTab({ host }: { readonly host: HostDetail }) {
  return (
    <SectionFrame state={sectionOf(host, 'system')}>
      {(system) => (
        <Card>
          <SystemFacts system={system} />
        </Card>
      )}
    </SectionFrame>
  );
}
