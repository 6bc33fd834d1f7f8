'use client';

import type { HostDetail } from '@trustfleet/api';
import type { BundleFile, InventoryBundle } from '@trustfleet/protocol';
import { Card, EmptyState, Fact, Facts, StatusDot, Untrusted, type Tone } from '@trustfleet/ui';
import { useFormatter, useTranslations } from 'use-intl';
import { Print } from '../../components/copyable.tsx';
import { SectionFrame } from './section-frame.tsx';
import { sectionOf } from './sections.ts';

const SHOWN_PROBLEMS = 5;

const isRefused = (bundle: BundleFile): boolean => bundle.state === 'read' && !bundle.opensslAccepts;

function bundleTone(bundle: BundleFile): Tone {
  if (bundle.state !== 'read' || isRefused(bundle)) return 'bad';
  return bundle.problems.length === 0 ? 'ok' : 'warn';
}

/** State of a PEM file with every block that did not parse. */
export function BundleState({ bundle }: { readonly bundle: BundleFile }) {
  const t = useTranslations('bundle');
  return (
    <div className="flex flex-col gap-1">
      <StatusDot tone={bundleTone(bundle)}>{t(`states.${bundle.state}`)}</StatusDot>
      {isRefused(bundle) && <p className="text-bad">{t('opensslRefuses')}</p>}
      {bundle.detail !== null && (
        <p className="text-muted">
          <Untrusted text={bundle.detail} />
        </p>
      )}
      {bundle.problems.length > 0 && (
        <ul className="text-[0.95em]">
          {bundle.problems.slice(0, SHOWN_PROBLEMS).map((problem) => (
            <li key={problem.line}>
              <Untrusted text={t('problemLine', { line: String(problem.line), reason: problem.reason })} />
            </li>
          ))}
          {bundle.problems.length > SHOWN_PROBLEMS && (
            <li className="text-muted">
              {t('moreProblems', { count: bundle.problems.length - SHOWN_PROBLEMS })}
            </li>
          )}
        </ul>
      )}
    </div>
  );
}

type Provenance = InventoryBundle['provenance'][number];
type ProvenanceWords = {
  readonly [Kind in Provenance['kind']]: (from: Extract<Provenance, { kind: Kind }>) => string;
};

function useProvenanceWords(): (provenance: Provenance) => string {
  const t = useTranslations();
  const known = (version: string | null): string => version ?? t('common.unknown');
  const words: ProvenanceWords = {
    certifi: ({ version, python }) => t('bundle.certifi', { version: known(version), python }),
    pythonDefault: ({ python }) => t('bundle.pythonDefault', { python }),
    package: ({ name, version, python }) => t('bundle.package', { name, version: known(version), python }),
    shotgunApi: ({ version, api }) => t('bundle.shotgunApi', { version: known(version), api }),
    option: ({ client, name, source }) => t('bundle.option', { client, name, file: source }),
    code: ({ path }) => t('bundle.code', { file: path }),
    variable: ({ name, owner, scope: of }) => {
      const scope = t(`variables.scopes.${of}`);
      return owner === null
        ? t('bundle.variable', { name, scope })
        : t('bundle.variableOf', { name, scope, owner });
    },
  };
  return (provenance) => (words[provenance.kind] as (from: Provenance) => string)(provenance);
}

function Bundle({ bundle }: { readonly bundle: InventoryBundle }) {
  const t = useTranslations();
  const format = useFormatter();
  const words = useProvenanceWords();
  return (
    <Card title={<Untrusted text={bundle.path} className="font-mono text-[0.95rem] break-all" />}>
      <Facts>
        <Fact name={t('bundle.state')}>
          <BundleState bundle={bundle} />
        </Fact>
        <Fact name={t('bundle.anchors')}>
          <span className="tabular-nums">{format.number(bundle.anchors.length)}</span>
          {bundle.size !== null && (
            <span className="text-muted">{` · ${t('bundle.size', { kib: format.number(bundle.size / 1024, { maximumFractionDigits: 1 }) })}`}</span>
          )}
        </Fact>
        {bundle.realPath !== null && bundle.realPath !== bundle.path && (
          <Fact name={t('bundle.realPath')}>
            <Untrusted text={bundle.realPath} className="font-mono text-[0.9rem] break-all" />
          </Fact>
        )}
        {bundle.sha256 !== null && (
          <Fact name={t('certificate.sha256')}>
            <Print value={bundle.sha256} short />
          </Fact>
        )}
        <Fact name={t('bundle.usedBy')}>
          <ul>
            {bundle.provenance.map((provenance) => {
              const text = words(provenance);
              return (
                <li key={text} className="break-all">
                  <Untrusted text={text} />
                </li>
              );
            })}
          </ul>
        </Fact>
      </Facts>
    </Card>
  );
}

export function BundlesTab({ host }: { readonly host: HostDetail }) {
  const t = useTranslations('bundle');
  return (
    <SectionFrame state={sectionOf(host, 'bundles')}>
      {({ bundles }) =>
        bundles.length === 0 ? (
          <Card>
            <EmptyState title={t('empty')} />
          </Card>
        ) : (
          <div className="grid gap-4 xl:grid-cols-2">
            {bundles.map((bundle) => (
              <Bundle key={bundle.path} bundle={bundle} />
            ))}
          </div>
        )
      }
    </SectionFrame>
  );
}
