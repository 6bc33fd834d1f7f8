import { anchorCause } from './anchors.ts';
import { codeCause } from './code.ts';
import { clockCause, dateCause } from './dates.ts';
import { type CauseFound, type FindCause, type Inquest } from './inquest.ts';
import { loadingCause } from './loading.ts';
import { networkCause } from './network.ts';
import { profileCause } from './profile.ts';
import { hostNameCause, nameNotSentCause } from './server-name.ts';

/** failures.md §7.6: each rules out what comes after it. */
const ORDER: readonly FindCause[] = [
  networkCause,
  codeCause,
  loadingCause,
  clockCause,
  nameNotSentCause,
  hostNameCause,
  dateCause,
  profileCause,
  anchorCause,
];

/** The one cause of what does not verify; null for what does. Deterministic. */
export function findCause(inquest: Inquest): CauseFound | null {
  const { outcome, verification } = inquest.prediction;
  if (outcome.result === 'verifies') return null;
  for (const find of ORDER) {
    const found = find(inquest);
    if (found !== null) return found;
  }
  const code = verification?.code ?? null;
  return { cause: 'unknown', evidence: { ...(code === null ? {} : { code }), error: outcome.error } };
}
