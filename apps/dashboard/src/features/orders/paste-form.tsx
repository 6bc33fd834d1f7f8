'use client';

import { API_ROUTES, inspectResponse, type InspectResponse } from '@trustfleet/api';
import { Button, Field, FieldText } from '@trustfleet/ui';
import { useMutation } from '@tanstack/react-query';
import { FileUp } from 'lucide-react';
import { useEffect, useRef, useState, type SubmitEvent } from 'react';
import { useTranslations } from 'use-intl';
import { CertificateFacts } from '../../components/certificate-facts.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { post } from '../../lib/api/browser.ts';
import type { AnchorSource } from './anchor-source.ts';
import { keepDraft, useDraft } from './order-draft.ts';
import { certificateText, MAX_PEM_BYTES } from './read-certificate-file.ts';
import { RefusalNotice } from './refusal-notice.tsx';

/** RFC 7468 §5.1; the same in every language. */
const PEM_BEGIN = '-----BEGIN CERTIFICATE-----';
const TOO_LARGE: InspectResponse = {
  certificate: null,
  refusals: [{ code: 'tooLarge', message: '', line: null }],
};

async function inspect(pem: string): Promise<InspectResponse> {
  // A paste of megabytes is refused here, without sending it anywhere.
  if (pem.length > MAX_PEM_BYTES) return TOO_LARGE;
  return post({ path: API_ROUTES.inspectCertificate, body: { pem }, schema: inspectResponse });
}

export function PasteForm({ onAccept }: { readonly onAccept: (source: AnchorSource) => void }) {
  const t = useTranslations('order');
  const file = useRef<HTMLInputElement>(null);
  const kept = useDraft().pem;
  const [typed, setPem] = useState<string | null>(null);
  const pem = typed ?? kept ?? '';
  const [emptyError, setEmptyError] = useState(false);
  const check = useMutation({
    mutationFn: inspect,
    onSuccess: ({ certificate, refusals }, sent) => {
      if (certificate === null || refusals.length > 0) return;
      // Only what may become an anchor is kept: never a private key that was pasted by mistake.
      keepDraft({ pem: sent });
      onAccept({ certificate, reference: { anchorPem: sent } });
    },
  });
  const { mutate } = check;
  useEffect(() => {
    if (kept !== null) mutate(kept);
  }, [kept, mutate]);
  const start = (text: string): void => {
    setEmptyError(text.trim() === '');
    if (text.trim() === '') check.reset();
    else check.mutate(text);
  };
  const choose = async (chosen: File | undefined): Promise<void> => {
    if (chosen === undefined) return;
    const result =
      chosen.size > MAX_PEM_BYTES
        ? ({ kind: 'tooLarge' } as const)
        : certificateText(new Uint8Array(await chosen.arrayBuffer()));
    setPem(result.kind === 'text' ? result.pem : '');
    // The placeholder stands for a file that was not even read.
    start(result.kind === 'text' ? result.pem : ' '.repeat(MAX_PEM_BYTES) + 'too large');
  };
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    start(pem);
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Field label={t('paste')} hint={t('pasteHint')} error={emptyError ? t('emptyPem') : null}>
        <FieldText
          rows={9}
          spellCheck={false}
          autoComplete="off"
          placeholder={PEM_BEGIN}
          className="font-mono text-[0.9rem]"
          value={pem}
          onChange={(event) => {
            setPem(event.target.value);
            setEmptyError(false);
          }}
        />
      </Field>
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" variant="primary" disabled={check.isPending}>
          {t(check.isPending ? 'inspecting' : 'inspect')}
        </Button>
        <input
          ref={file}
          type="file"
          accept=".pem,.crt,.cer,.der,application/x-x509-ca-cert,application/x-pem-file"
          aria-label={t('upload')}
          className="sr-only"
          tabIndex={-1}
          onChange={(event) => {
            void choose(event.target.files?.[0]);
            event.target.value = '';
          }}
        />
        <Button onClick={() => file.current?.click()}>
          <FileUp aria-hidden="true" className="size-4" />
          {t('upload')}
        </Button>
        <span className="text-[0.93rem] text-muted">{t('uploadHint')}</span>
      </div>
      {check.error !== null && <ProblemNotice problem={problemOf(check.error)} />}
      {check.data && check.data.refusals.length > 0 && (
        <>
          <RefusalNotice refusals={check.data.refusals} />
          {check.data.certificate && <CertificateFacts certificate={check.data.certificate} />}
        </>
      )}
    </form>
  );
}
