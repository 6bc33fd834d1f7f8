import { sha256Hex } from '@trustfleet/certificates';
import type { Effective, JobEvidence } from '@trustfleet/protocol';
import { partName } from '@trustfleet/remedies';
import { isStoreEvidence } from '../same-evidence.ts';
import type { OpenedRemedy, RemedyCheck } from '../remedy.ts';
import type { OpenedPart } from './parts.ts';

const BY_DELAY: readonly Effective[] = ['now', 'appRestart', 'relogin', 'reboot'];

/** The latest of its parts decides. */
export function effectiveOf(parts: readonly { readonly opened: OpenedRemedy }[]): Effective {
  const latest = Math.max(0, ...parts.map(({ opened }) => BY_DELAY.indexOf(opened.effective)));
  return BY_DELAY[latest] ?? 'reboot';
}

const digestOf = (evidence: JobEvidence | null): string =>
  (evidence === null ? null : isStoreEvidence(evidence) ? evidence.bundleSha256 : evidence.sha256) ?? '';

/** Together they hold where each of them does. */
export async function checkAll(
  parts: readonly OpenedPart[],
  check: (remedy: OpenedPart) => Promise<RemedyCheck>,
): Promise<RemedyCheck> {
  const checks: RemedyCheck[] = [];
  for (const part of parts) checks.push(await check(part));
  const failing = checks.find(({ holds }) => holds === false);
  const open = checks.find(({ holds }) => holds === null);
  const holds = failing !== undefined ? false : open !== undefined ? null : true;
  const names = parts.map(partName);
  return {
    holds,
    detail: (failing ?? open)?.detail ?? null,
    evidence: {
      ...{ subject: 'several', name: names.join(', ').slice(0, 4096) || 'trust.repair' },
      state: `${checks.filter((one) => one.holds === true).length} of ${checks.length} parts`,
      sha256: sha256Hex(
        new TextEncoder().encode(JSON.stringify(checks.map(({ evidence }) => digestOf(evidence)))),
      ),
      holds: holds === true,
    },
  };
}
