'use client';

import type { CauseGroup } from '@trustfleet/api';
import { Button, Card, Table, Td, Th, Tr, Untrusted, visibleText } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { SeverityBadge, useCauseTitle } from '../../components/finding-words.tsx';

/** Of a cause that this release has no words for. */
const LONGEST_TITLE = 100;

export interface CausesCardProps {
  readonly causes: readonly CauseGroup[];
  /** Null: all. */
  readonly chosen: string | null;
  readonly onChoose: (cause: string) => void;
}

/** What is open over the fleet, by cause: what to mend first. */
export function CausesCard({ causes, chosen, onChoose }: CausesCardProps) {
  const t = useTranslations('findings');
  const titleOf = useCauseTitle();
  return (
    <Card title={t('byCause')} description={t('byCauseText')} flush className="mb-5">
      <Table label={t('byCause')} stacked>
        <thead>
          <tr>
            <Th>{t('severity')}</Th>
            <Th className="md:min-w-80">{t('cause')}</Th>
            <Th>{t('hosts')}</Th>
            <Th>{t('count')}</Th>
          </tr>
        </thead>
        <tbody>
          {causes.map(({ rule, cause, severity, hosts, findings }) => {
            const title = visibleText(titleOf(cause), LONGEST_TITLE);
            return (
              <Tr key={`${rule}/${cause}`}>
                <Td>
                  <SeverityBadge severity={severity} />
                </Td>
                <Td>
                  <Button
                    variant="ghost"
                    size="sm"
                    className="-mx-2 h-auto justify-start py-0.5 text-start whitespace-normal"
                    aria-pressed={cause === chosen}
                    aria-label={t('showCause', { cause: title })}
                    onClick={() => {
                      onChoose(cause);
                    }}
                  >
                    <Untrusted text={title} className="wrap-anywhere" />
                  </Button>
                </Td>
                <Td column={t('hosts')} className="tabular-nums">
                  {hosts}
                </Td>
                <Td column={t('count')} className="tabular-nums">
                  {findings}
                </Td>
              </Tr>
            );
          })}
        </tbody>
      </Table>
    </Card>
  );
}
