'use client';

import type { VerdictChange } from '@trustfleet/api';
import { StatusDot, Table, Td, Th, Tr, Untrusted, type Tone } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { useClientName } from './use-client-name.ts';

/** So many are shown; those that get worse come first. */
const SHOWN = 50;

const TONES: Readonly<Record<VerdictChange['after'], Tone>> = {
  verifies: 'ok',
  fails: 'bad',
  unverified: 'warn',
  unknown: 'neutral',
  absent: 'neutral',
};

function Change({ change }: { readonly change: VerdictChange }) {
  const t = useTranslations();
  const client = useClientName();
  const { python, accounts, address, before, after, cause, error } = change;
  return (
    <Tr>
      <Td>
        <Untrusted text={client(change.client)} />
        <span className="block font-mono text-[0.9em] break-all text-muted">
          <Untrusted text={python ?? accounts.join(', ')} />
        </span>
      </Td>
      <Td>
        <Untrusted text={address} className="break-all" />
      </Td>
      <Td>
        <StatusDot tone={TONES[after]}>
          {t('verdictChanges.change', {
            before: t(`verdictChanges.results.${before}`),
            after: t(`verdictChanges.results.${after}`),
          })}
        </StatusDot>
        {cause !== null && <span className="block text-muted">{t(`findings.causes.${cause}.title`)}</span>}
        {error !== null && (
          <span className="block font-mono text-[0.9em] break-all text-muted">
            <Untrusted text={error} />
          </span>
        )}
      </Td>
    </Tr>
  );
}

/** Which programs verify which servers otherwise than before: predicted of a plan, or measured by real handshakes. */
export function VerdictChanges({
  label,
  changes,
}: {
  readonly label: string;
  readonly changes: readonly VerdictChange[];
}) {
  const t = useTranslations('verdictChanges');
  if (changes.length === 0) return <p className="text-muted">{t('none')}</p>;
  return (
    <div className="flex flex-col gap-2">
      <Table label={label}>
        <thead>
          <tr>
            <Th>{t('program')}</Th>
            <Th>{t('server')}</Th>
            <Th>{t('verdict')}</Th>
          </tr>
        </thead>
        <tbody>
          {changes.slice(0, SHOWN).map((change, index) => (
            <Change key={index} change={change} />
          ))}
        </tbody>
      </Table>
      {changes.length > SHOWN && <p className="text-muted">{t('more', { count: changes.length - SHOWN })}</p>}
    </div>
  );
}
