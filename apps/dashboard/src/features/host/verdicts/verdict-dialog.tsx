import { outcomeOf, predictionDiffers } from '@trustfleet/policy';
import type { TrustSource, Verdict, VerdictOutcome } from '@trustfleet/protocol';
import { Dialog, Fact, Facts, Notice, Untrusted } from '@trustfleet/ui';
import { useMessages, useTranslations } from 'use-intl';
import { knownKey } from '../../../lib/i18n/known-key.ts';
import { TrustSteps } from './trust-steps.tsx';
import { useClientName } from './use-client-name.ts';
import { useVerdictWords } from './verdict-cell.tsx';

function Outcome({ outcome }: { readonly outcome: VerdictOutcome }) {
  const t = useTranslations('verdict');
  return (
    <>
      {t(`results.${outcome.result}`)}
      {outcome.code !== null && <span className="text-muted"> {t('code', { code: outcome.code })}</span>}
      {outcome.error !== null && (
        <p className="text-[0.93rem] text-muted">
          <Untrusted text={outcome.error} className="wrap-anywhere" />
        </p>
      )}
    </>
  );
}

function Evidence({ evidence }: { readonly evidence: Verdict['evidence'] }) {
  const { evidence: names } = useMessages().verdict;
  const t = useTranslations('verdict');
  const facts = Object.entries(evidence).filter(([, value]) => value !== null && value !== '');
  if (facts.length === 0) return null;
  return (
    <section>
      <h3 className="mb-1 font-medium">{t('evidenceTitle')}</h3>
      <Facts>
        {facts.map(([name, value]) => {
          const known = knownKey(names, name);
          return (
            <Fact key={name} name={known === null ? name : t(`evidence.${known}`)}>
              <Untrusted text={String(value)} className="font-mono text-[0.93rem] break-all" />
            </Fact>
          );
        })}
      </Facts>
    </section>
  );
}

/** What is wrong in one sentence, and what that means. */
function CauseNotice({ verdict }: { readonly verdict: Verdict }) {
  const t = useTranslations('findings');
  const { causes } = useMessages().findings;
  const words = useVerdictWords();
  const known = verdict.cause === null ? null : knownKey(causes, verdict.cause);
  if (verdict.cause === null) return null;
  const anchor = t('anchorFallback');
  return (
    <Notice
      tone={outcomeOf(verdict).result === 'fails' ? 'bad' : 'warn'}
      title={known === null ? words(verdict) : t(`causes.${known}.title`, { anchor, cause: verdict.cause })}
    >
      {known !== null && t(`causes.${known}.reason`)}
    </Notice>
  );
}

function Source({ source }: { readonly source: TrustSource }) {
  const t = useTranslations('verdict');
  return (
    <section>
      <h3 className="mb-1 font-medium">{t('sourceTitle')}</h3>
      <Facts className="mb-2">
        {source.install !== null && (
          <Fact name={t('install')}>
            <Untrusted text={source.install} className="font-mono text-[0.93rem] break-all" />
          </Fact>
        )}
        <Fact name={t('trusts')}>
          {source.state === 'anchors' && source.anchors !== null
            ? t('anchorCount', { count: source.anchors })
            : t(`states.${source.state}`)}
        </Fact>
        {source.error !== null && (
          <Fact name={t('error')}>
            <Untrusted text={source.error} className="wrap-anywhere" />
          </Fact>
        )}
      </Facts>
      <TrustSteps steps={source.steps} />
    </section>
  );
}

/** Why one client verifies one server, or does not. */
export function VerdictDialog({
  opened,
  onClose,
}: {
  readonly opened: {
    readonly verdict: Verdict;
    readonly source: TrustSource;
    readonly address: string;
  } | null;
  readonly onClose: () => void;
}) {
  const t = useTranslations('verdict');
  const common = useTranslations('common');
  const clientName = useClientName();
  return (
    <Dialog
      open={opened !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={
        opened && (
          <Untrusted
            text={t('dialogTitle', { client: clientName(opened.source.client), address: opened.address })}
          />
        )
      }
      description={opened?.source.python != null && <Untrusted text={opened.source.python} />}
      closeLabel={common('close')}
      wide
    >
      {opened && (
        <div className="flex flex-col gap-4">
          <CauseNotice verdict={opened.verdict} />
          {predictionDiffers(opened.verdict) && (
            <Notice tone="warn" title={t('differsTitle')}>
              {t('differsText')}
            </Notice>
          )}
          <Facts>
            <Fact name={t('predicted')}>
              <Outcome outcome={opened.verdict.predicted} />
            </Fact>
            <Fact name={t('probed')}>
              {opened.verdict.probed === null ? (
                <span className="text-muted">
                  <Untrusted text={opened.verdict.notProbed ?? t('notProbed')} className="wrap-anywhere" />
                </span>
              ) : (
                <Outcome outcome={opened.verdict.probed} />
              )}
            </Fact>
          </Facts>
          <Evidence evidence={opened.verdict.evidence} />
          <Source source={opened.source} />
        </div>
      )}
    </Dialog>
  );
}
