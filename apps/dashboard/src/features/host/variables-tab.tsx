'use client';

import type { HostDetail } from '@trustfleet/api';
import { Card, EmptyState, Table, Td, Th, Tr, Untrusted } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { SectionFrame } from './section-frame.tsx';
import { sectionOf } from './sections.ts';

export function VariablesTab({ host }: { readonly host: HostDetail }) {
  const t = useTranslations('variables');
  return (
    <SectionFrame state={sectionOf(host, 'variables')}>
      {({ variables }) => (
        <Card flush>
          {variables.length === 0 ? (
            <EmptyState title={t('empty')} />
          ) : (
            <Table label={t('name')}>
              <thead>
                <tr>
                  <Th>{t('name')}</Th>
                  <Th>{t('scope')}</Th>
                  <Th className="min-w-56">{t('value')}</Th>
                  <Th className="min-w-40">{t('source')}</Th>
                </tr>
              </thead>
              <tbody>
                {variables.map((variable) => (
                  <Tr key={`${variable.name} ${variable.scope} ${variable.owner ?? ''} ${variable.source}`}>
                    <Td className="font-mono text-[0.9rem] font-medium">
                      <Untrusted text={variable.name} />
                    </Td>
                    <Td>
                      {t(`scopes.${variable.scope}`)}
                      {variable.owner !== null && (
                        <>
                          {' '}
                          <Untrusted text={variable.owner} />
                        </>
                      )}
                    </Td>
                    <Td className="font-mono text-[0.9rem] break-all">
                      <Untrusted text={variable.value} />
                    </Td>
                    <Td className="font-mono text-[0.9rem] break-all text-muted">
                      <Untrusted text={variable.source} />
                    </Td>
                  </Tr>
                ))}
              </tbody>
            </Table>
          )}
        </Card>
      )}
    </SectionFrame>
  );
}
