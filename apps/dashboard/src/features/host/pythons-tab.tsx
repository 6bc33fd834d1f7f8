'use client';

import type { HostDetail } from '@trustfleet/api';
import type { PythonEnvironment } from '@trustfleet/protocol';
import { Badge, Card, EmptyState, Fact, Facts, Notice, Untrusted } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { SectionFrame } from './section-frame.tsx';
import { sectionOf } from './sections.ts';
import { VerdictsCard } from './verdicts/verdicts-card.tsx';

function Packages({ packages }: { readonly packages: PythonEnvironment['packages'] }) {
  const t = useTranslations();
  if (packages.length === 0) return <span className="text-muted">{t('pythons.noPackages')}</span>;
  return (
    <span className="flex flex-wrap gap-1.5">
      {packages.map((item) => (
        <Badge key={`${item.name} ${item.location}`}>
          <span title={item.location}>
            {item.name} <Untrusted text={item.version ?? t('common.unknown')} className="font-normal" />
          </span>
        </Badge>
      ))}
    </span>
  );
}

/** Files and folders that this Python trusts when a program names none. */
function defaultTrust({ verifyPaths }: PythonEnvironment): string {
  if (verifyPaths === null) return '';
  return [verifyPaths.cafile ?? verifyPaths.opensslCafile, verifyPaths.capath ?? verifyPaths.opensslCapath]
    .filter((path) => path !== null)
    .join(', ');
}

const named = ({ implementation, version }: PythonEnvironment): string =>
  [implementation, version].filter((part) => part !== null).join(' ');

function Python({ python }: { readonly python: PythonEnvironment }) {
  const t = useTranslations();
  const trusts = defaultTrust(python);
  return (
    <Card
      title={<Untrusted text={python.path} className="font-mono text-[0.95rem] break-all" />}
      actions={<Badge>{t(`pythons.kinds.${python.kind}`)}</Badge>}
    >
      <Facts>
        <Fact name={t('pythons.version')}>
          <Untrusted text={named(python) || t('common.unknown')} />
        </Fact>
        <Fact name={t('pythons.openssl')}>
          <Untrusted
            text={python.openssl ?? t(python.facts === 'run' ? 'pythons.noSsl' : 'common.unknown')}
          />
        </Fact>
        {trusts !== '' && (
          <Fact name={t('pythons.verifyPaths')}>
            <Untrusted text={trusts} className="font-mono text-[0.9rem] break-all" />
          </Fact>
        )}
        <Fact name={t('pythons.packages')}>
          <Packages packages={python.packages} />
        </Fact>
      </Facts>
      {python.notRunBecause !== null && (
        <Notice
          tone="neutral"
          className="mt-3"
          title={<Untrusted text={t('pythons.notRun', { reason: python.notRunBecause })} />}
        />
      )}
    </Card>
  );
}

function Environments({ host }: { readonly host: HostDetail }) {
  const t = useTranslations('pythons');
  return (
    <SectionFrame state={sectionOf(host, 'pythons')}>
      {({ pythons }) =>
        pythons.length === 0 ? (
          <Card>
            <EmptyState title={t('empty')} />
          </Card>
        ) : (
          <div className="grid gap-4 xl:grid-cols-2">
            {pythons.map((python) => (
              <Python key={python.path} python={python} />
            ))}
          </div>
        )
      }
    </SectionFrame>
  );
}

/** Which program verifies which server, and the Pythons that these programs run in. */
export function PythonsTab({ host }: { readonly host: HostDetail }) {
  return (
    <div className="flex flex-col gap-5">
      <VerdictsCard host={host} />
      <Environments host={host} />
    </div>
  );
}
