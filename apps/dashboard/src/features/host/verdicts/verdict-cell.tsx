import { outcomeOf, predictionDiffers } from '@trustfleet/policy';
import type { Verdict, VerdictOutcome } from '@trustfleet/protocol';
import { Badge, StatusDot, type Tone } from '@trustfleet/ui';
import { useMessages, useTranslations } from 'use-intl';
import { knownKey } from '../../../lib/i18n/known-key.ts';

const TONE: Readonly<Record<VerdictOutcome['result'], Tone>> = {
  verifies: 'ok',
  fails: 'bad',
  unverified: 'warn',
  unknown: 'neutral',
};

/** Two or three words: what a verdict comes to. */
export function useVerdictWords(): (verdict: Verdict) => string {
  const t = useTranslations('verdict');
  const { short } = useMessages().verdict;
  return (verdict) => {
    const { result } = outcomeOf(verdict);
    const cause = verdict.cause === null ? null : knownKey(short, verdict.cause);
    return result === 'fails' && cause !== null ? t(`short.${cause}`) : t(`results.${result}`);
  };
}

/** What one client makes of one server, as a button that opens why. */
export function VerdictCell({
  verdict,
  label,
  onOpen,
}: {
  readonly verdict: Verdict;
  /** Who and what it is about, for people who do not see row and column. */
  readonly label: string;
  readonly onOpen: () => void;
}) {
  const t = useTranslations('verdict');
  const words = useVerdictWords()(verdict);
  return (
    <button
      type="button"
      onClick={onOpen}
      className="cursor-pointer rounded text-start underline decoration-line-strong underline-offset-3 hover:decoration-accent"
    >
      <span className="sr-only">{label}: </span>
      <StatusDot tone={TONE[outcomeOf(verdict).result]}>{words}</StatusDot>
      {predictionDiffers(verdict) && (
        <Badge tone="warn" className="ms-1.5">
          {t('differs')}
        </Badge>
      )}
    </button>
  );
}
