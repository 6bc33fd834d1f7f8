'use client';

import { auditAction, type AuditEntryView } from '@trustfleet/api';
import { Fact, Facts, Td, Tr, Untrusted } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { Ago, Moment } from '../../components/ago.tsx';
import { Print } from '../../components/copyable.tsx';
import { TextLink } from '../../components/text-link.tsx';

/** Where a subject has a page. */
const PAGES: Readonly<Record<string, (id: string) => string>> = {
  host: (id) => `/hosts/${encodeURIComponent(id)}`,
  job: (id) => `/jobs/${encodeURIComponent(id)}`,
  order: (id) => `/orders/${encodeURIComponent(id)}`,
};

/** Words for an action; one that this release does not know is shown as it stands. */
export function useActionWords(): (action: string) => string {
  const t = useTranslations('activity.actions');
  return (action) => {
    const known = auditAction.safeParse(action);
    return known.success ? t(known.data) : action;
  };
}

function Subject({ subject }: { readonly subject: AuditEntryView['subject'] }) {
  const { kind, id, name } = subject;
  const words = <Untrusted text={name ?? id ?? kind} className="wrap-anywhere" />;
  const page = Object.hasOwn(PAGES, kind) ? PAGES[kind] : undefined;
  return page === undefined || id === null ? words : <TextLink href={page(id)}>{words}</TextLink>;
}

/** Canonical JSON as a person reads it; text that is none is shown as it stands. */
function readable(detail: string): string {
  try {
    return JSON.stringify(JSON.parse(detail), null, 2);
  } catch (error) {
    if (error instanceof SyntaxError) return detail;
    throw error;
  }
}

function Details({ entry }: { readonly entry: AuditEntryView }) {
  const t = useTranslations('activity');
  return (
    <details>
      <summary className="cursor-pointer text-accent">{t('details')}</summary>
      <div className="mt-2 flex max-w-xl flex-col gap-2">
        <pre
          tabIndex={0}
          aria-label={t('details')}
          className="max-h-80 overflow-auto rounded-md bg-sunken p-2.5 font-mono text-[0.9rem] break-all whitespace-pre-wrap"
        >
          <Untrusted text={readable(entry.detail)} whole />
        </pre>
        <Facts>
          <Fact name={t('number')}>{entry.seq}</Fact>
          <Fact name={t('exactTime')}>
            <Moment at={entry.at} />
          </Fact>
          <Fact name={t('action')}>
            <Untrusted text={entry.action} className="font-mono text-[0.9rem] wrap-anywhere" />
          </Fact>
          <Fact name={t('hash')}>
            <Print value={entry.hash} />
          </Fact>
          <Fact name={t('previous')}>
            <Print value={entry.previous} />
          </Fact>
        </Facts>
      </div>
    </details>
  );
}

export function EntryRow({ entry }: { readonly entry: AuditEntryView }) {
  const t = useTranslations('activity');
  const words = useActionWords();
  return (
    <Tr>
      <Td>
        <Ago at={entry.at} />
      </Td>
      <Td>
        <Untrusted text={entry.actor.name} className="wrap-anywhere" />
        {entry.actor.kind !== 'person' && (
          <span className="ms-1.5 text-[0.9rem] text-muted">{t(`actors.${entry.actor.kind}`)}</span>
        )}
      </Td>
      <Td className="font-medium">
        <Untrusted text={words(entry.action)} className="wrap-anywhere" />
      </Td>
      <Td>
        <Subject subject={entry.subject} />
      </Td>
      <Td>
        <Details entry={entry} />
      </Td>
    </Tr>
  );
}
