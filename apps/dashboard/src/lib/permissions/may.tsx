'use client';

import type { Permission } from '@trustfleet/api';
import type { ReactNode } from 'react';
import { useMay } from './reader.tsx';

/** What only a reader with this permission is shown. */
export function May({ needs, children }: { readonly needs: Permission; readonly children: ReactNode }) {
  return useMay()(needs) ? children : null;
}
