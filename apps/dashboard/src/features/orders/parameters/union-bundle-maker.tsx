'use client';

import { API_ROUTES, bundleView, type BundleView, type MakeBundle } from '@trustfleet/api';
import { Button, Checkbox, Field, FieldInput, Notice, Untrusted } from '@trustfleet/ui';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Print } from '../../../components/copyable.tsx';
import { ProblemNotice, problemOf } from '../../../components/problem-panel.tsx';
import { post } from '../../../lib/api/browser.ts';
import { May } from '../../../lib/permissions/may.tsx';
import { AnchorChoice, toggled } from './anchor-choice.tsx';
import { listFileText, MAX_LIST_BYTES } from './read-list-file.ts';

/** How an order of `bundle.deploy` names it. */
export interface NamedBundle {
  readonly bundle: string;
  readonly list: { readonly name: string; readonly published: string };
}

interface Wish {
  readonly anchors: readonly string[];
  readonly approvedGoing: readonly string[];
  readonly list: string | null;
}

const make = ({ anchors, approvedGoing, list }: Wish): Promise<BundleView> => {
  const body: MakeBundle = {
    anchors: [...anchors],
    approvedGoing: [...approvedGoing],
    ...(list === null ? {} : { list }),
  };
  return post({ path: API_ROUTES.bundles, body, schema: bundleView });
};

interface LeavingProps {
  readonly roots: BundleView['leaving'];
  readonly approved: readonly string[];
  readonly onApprove: (approved: readonly string[]) => void;
}

/** Roots that left the public list: each stays until somebody says that it may go. */
function Leaving({ roots, approved, onApprove }: LeavingProps) {
  const t = useTranslations('order.parameters.bundle');
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium">{t('leaving', { count: roots.length })}</legend>
      {roots.map(({ sha256, subject }) => (
        <Checkbox
          key={sha256}
          checked={approved.includes(sha256)}
          onCheckedChange={(on) => {
            onApprove(toggled(approved, sha256, on));
          }}
        >
          <Untrusted text={subject} className="wrap-anywhere" />
        </Checkbox>
      ))}
    </fieldset>
  );
}

function Made({ made }: { readonly made: BundleView }) {
  const t = useTranslations('order.parameters.bundle');
  const { list, roots, entering, expired } = made;
  return (
    <Notice
      tone={made.listIsOld ? 'warn' : 'ok'}
      role="status"
      title={
        <Untrusted text={t('made', { count: roots.length, list: list.name, published: list.published })} />
      }
    >
      {made.listIsOld && <p>{t('old')}</p>}
      {entering.length > 0 && (
        <p>
          <Untrusted
            text={t('entering', { list: entering.map(({ subject }) => subject).join(' · ') })}
            className="wrap-anywhere"
          />
        </p>
      )}
      {expired.length > 0 && <p>{t('expired', { count: expired.length })}</p>}
      <Print value={made.sha256} />
    </Notice>
  );
}

/** Makes the union bundle of public list and studio CAs on the server, and hands on how it is named. */
export function UnionBundleMaker({ onMade }: { readonly onMade: (made: NamedBundle) => void }) {
  const t = useTranslations('order.parameters.bundle');
  const file = useRef<HTMLInputElement>(null);
  const [wish, setWish] = useState<Wish>({ anchors: [], approvedGoing: [], list: null });
  const [tooLarge, setTooLarge] = useState(false);
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: make,
    onSuccess: ({ sha256, list }) => {
      onMade({ bundle: sha256, list });
    },
  });
  const choose = async (chosen: File | undefined): Promise<void> => {
    const large = chosen !== undefined && chosen.size > MAX_LIST_BYTES;
    setTooLarge(large);
    const list =
      chosen === undefined || large ? null : listFileText(new Uint8Array(await chosen.arrayBuffer()));
    setWish((current) => ({ ...current, list }));
  };
  return (
    <div className="flex flex-col gap-4">
      <AnchorChoice
        label={t('anchors')}
        chosen={wish.anchors}
        onChoose={(anchors) => {
          setWish({ ...wish, anchors });
        }}
      />
      <Field label={t('file')} hint={t('fileHint')} error={tooLarge ? t('tooLarge') : null}>
        <FieldInput
          ref={file}
          type="file"
          accept=".whl,.pem,.crt"
          onChange={(event) => void choose(event.target.files?.[0])}
        />
      </Field>
      {error !== null && <ProblemNotice problem={problemOf(error)} />}
      {data !== undefined && <Made made={data} />}
      {data !== undefined && data.leaving.length > 0 && (
        <Leaving
          roots={data.leaving}
          approved={wish.approvedGoing}
          onApprove={(approvedGoing) => {
            setWish({ ...wish, approvedGoing });
          }}
        />
      )}
      <May needs="bundles.manage">
        <div>
          <Button
            disabled={isPending || tooLarge}
            onClick={() => {
              mutate(wish);
            }}
          >
            {t(data === undefined ? 'make' : 'makeAgain')}
          </Button>
        </div>
      </May>
    </div>
  );
}
