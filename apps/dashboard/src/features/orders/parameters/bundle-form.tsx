'use client';

import { useState } from 'react';
import { AcceptButton, type FormProps } from './parameter-form.tsx';
import { UnionBundleMaker, type NamedBundle } from './union-bundle-maker.tsx';

/** One union bundle, made and looked at before it is taken. */
export function BundleForm({ onAccept }: FormProps) {
  const [made, setMade] = useState<NamedBundle | null>(null);
  return (
    <div className="flex flex-col gap-4">
      <UnionBundleMaker onMade={setMade} />
      <AcceptButton
        disabled={made === null}
        onClick={() => {
          if (made !== null) onAccept({ bundle: made.bundle, list: { ...made.list } });
        }}
      />
    </div>
  );
}
