'use client';

import type { Problem } from '@trustfleet/api';
import { Button, Notice, Untrusted } from '@trustfleet/ui';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useMessages, useTranslations } from 'use-intl';
import { ApiProblem } from '../lib/api/problem.ts';
import { knownKey } from '../lib/i18n/known-key.ts';

/** A sentence of the catalogue for a problem's code; the server's own words where there is none. */
export function useProblemWords(): (problem: Problem) => string {
  const t = useTranslations('problem');
  const { codes } = useMessages().problem;
  return ({ status, code, message }) => {
    if (status === 401) return t('signedOut');
    const known = knownKey(codes, code);
    return known === null ? t('details', { message }) : t(`codes.${known}`, { message });
  };
}

export const problemOf = (error: unknown): Problem =>
  error instanceof ApiProblem
    ? error.problem
    : { id: '', status: 0, code: 'unknown', message: error instanceof Error ? error.message : String(error) };

/** What went wrong, with the id that stands in the server's log. */
export function ProblemNotice({
  problem,
  onRetry,
}: {
  readonly problem: Problem;
  readonly onRetry?: () => void;
}) {
  const t = useTranslations();
  const words = useProblemWords();
  return (
    <Notice
      tone="bad"
      role="alert"
      title={t('problem.title')}
      actions={
        onRetry && (
          <Button size="sm" onClick={onRetry}>
            {t('common.retry')}
          </Button>
        )
      }
    >
      <p>
        <Untrusted text={words(problem)} />
      </p>
      {problem.issues?.map((issue) => (
        <p key={`${issue.path}:${issue.message}`}>
          <Untrusted text={`${issue.path}: ${issue.message}`} />
        </p>
      ))}
      {problem.id !== '' && (
        <p className="mt-1 font-mono text-[0.9em] text-muted">{t('problem.reference', { id: problem.id })}</p>
      )}
    </Notice>
  );
}

/** In place of a page's content that the server could not give. */
export function ProblemPanel({ problem }: { readonly problem: Problem }) {
  const router = useRouter();
  const client = useQueryClient();
  return (
    <ProblemNotice
      problem={problem}
      onRetry={() => {
        void client.invalidateQueries();
        router.refresh();
      }}
    />
  );
}
