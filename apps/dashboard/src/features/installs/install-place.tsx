'use client';

import type { SharedInstallView } from '@trustfleet/api';
import { Untrusted } from '@trustfleet/ui';

/** `nas:/vol/tools/…`, `//nas/tools/…`: as its file server knows it. */
export function InstallPlace({ install }: { readonly install: Pick<SharedInstallView, 'source' | 'path'> }) {
  return (
    <Untrusted text={`${install.source}${install.path}`} className="font-mono text-[0.9rem] break-all" />
  );
}
