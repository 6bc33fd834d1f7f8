'use client';

import type { Me, Permission } from '@trustfleet/api';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, use, useState, type ReactNode } from 'react';
import { reads } from '../api/reads.ts';
import { useRead } from '../api/use-read.ts';

const Reader = createContext<Me | null>(null);

/** Who reads. `me` is of the first paint; after a gap of the stream it is asked for again, like everything. */
export function ReaderIs({ me, children }: { readonly me: Me; readonly children: ReactNode }) {
  const client = useQueryClient();
  useState(() => {
    client.setQueryData(reads.me.key, me);
  });
  const { data } = useRead(reads.me);
  return <Reader value={data ?? me}>{children}</Reader>;
}

export function useReader(): Me {
  const reader = use(Reader);
  if (reader === null) throw new Error('useReader stands outside of ReaderIs');
  return reader;
}

/** Whether the server would let this reader do it: actions that it would refuse are not shown. */
export function useMay(): (permission: Permission) => boolean {
  const { permissions } = useReader();
  return (permission) => permissions.includes(permission);
}
