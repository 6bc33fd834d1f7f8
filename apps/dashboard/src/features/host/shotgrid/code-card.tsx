import type { HostDetail } from '@trustfleet/api';
import type { CodeFinding } from '@trustfleet/protocol';
import { Card, EmptyState, StatusDot, Table, Td, Th, Tr, Untrusted } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { SectionFrame } from '../section-frame.tsx';
import { sectionOf } from '../sections.ts';

function Row({ finding }: { readonly finding: CodeFinding }) {
  const t = useTranslations('code');
  const harmless = finding.decision === 'explicitTrust' && finding.problem === null;
  return (
    <Tr>
      <Td>
        <StatusDot tone={harmless ? 'neutral' : 'warn'}>{t(`decisions.${finding.decision}`)}</StatusDot>
        {finding.problem !== null && (
          <span className="block text-[0.93rem] text-bad">{t(`problems.${finding.problem}`)}</span>
        )}
      </Td>
      <Td column={t('place')}>
        <Untrusted text={`${finding.path}:${finding.line}`} className="font-mono text-[0.9rem] break-all" />
      </Td>
      <Td column={t('line')}>
        <Untrusted text={finding.text} className="font-mono text-[0.9rem] break-all" />
      </Td>
    </Tr>
  );
}

/** Lines that switch verification off or name a CA file, whatever the settings say. String literals come masked from the host. */
export function CodeCard({ host }: { readonly host: HostDetail }) {
  const t = useTranslations('code');
  return (
    <SectionFrame state={sectionOf(host, 'code')}>
      {({ findings, files }) => (
        <Card title={t('title')} description={t('text', { count: files })} flush>
          {findings.length === 0 ? (
            <EmptyState title={t(files === 0 ? 'notLooked' : 'none')} />
          ) : (
            <Table label={t('title')} stacked>
              <thead>
                <tr>
                  <Th>{t('decision')}</Th>
                  <Th>{t('place')}</Th>
                  <Th>{t('line')}</Th>
                </tr>
              </thead>
              <tbody>
                {findings.map((finding) => (
                  <Row key={`${finding.path}:${finding.line}:${finding.rule}`} finding={finding} />
                ))}
              </tbody>
            </Table>
          )}
        </Card>
      )}
    </SectionFrame>
  );
}
