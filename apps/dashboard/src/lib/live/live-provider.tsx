'use client';

import { API_ROUTES } from '@trustfleet/api';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import { staleKeys } from './invalidate.ts';
import { createRecentEvents } from './recent-events.ts';
import { joinStream } from './shared-stream.ts';
import type { LiveStatus } from './stream.ts';

/** Events come in bursts (a job has many steps); what they made stale is fetched again once per pause. */
const PAUSE_MS = 250;

const LiveContext = createContext<LiveStatus>('connecting');

export const useLiveStatus = (): LiveStatus => use(LiveContext);

export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const client = useQueryClient();
  const [status, setStatus] = useState<LiveStatus>('connecting');
  useEffect(() => {
    let stale: Map<string, readonly unknown[]> | 'everything' = new Map();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const recent = createRecentEvents(Date.now);
    // A first read that is under way is not begun anew by an invalidation: what it read before the event would stand as new.
    const again = new Set<string>();
    const refresh = (filters: { readonly queryKey?: readonly unknown[]; readonly exact?: boolean }): void => {
      for (const { queryHash, state } of client
        .getQueryCache()
        .findAll({ ...filters, fetchStatus: 'fetching' }))
        if (state.data === undefined) again.add(queryHash);
      void client.invalidateQueries(filters);
    };
    const unwatch = client.getQueryCache().subscribe((event) => {
      const { query } = event;
      const queryKey = query.queryKey as readonly unknown[];
      // Rendered on the server before an event that this tab has heard of.
      const rendered = event.type === 'added' && query.state.data !== undefined && recent.concern(queryKey);
      const read =
        event.type === 'updated' && event.action.type === 'success' && again.delete(query.queryHash);
      if (event.type === 'removed') again.delete(query.queryHash);
      // Asked for again, after this render.
      if (rendered || read)
        setTimeout(() => {
          refresh({ queryKey, exact: true });
        });
    });
    const flush = (): void => {
      timer = undefined;
      const keys = stale;
      stale = new Map();
      if (keys === 'everything') refresh({});
      else for (const queryKey of keys.values()) refresh({ queryKey });
    };
    const leave = joinStream(API_ROUTES.events, {
      onStatus: setStatus,
      onEvent: (event) => {
        const keys = staleKeys(event);
        recent.note(keys ?? [[]]);
        if (keys === null) stale = 'everything';
        if (stale !== 'everything') for (const key of keys ?? []) stale.set(JSON.stringify(key), key);
        timer ??= setTimeout(flush, PAUSE_MS);
      },
    });
    return () => {
      clearTimeout(timer);
      unwatch();
      leave();
    };
  }, [client]);
  return <LiveContext value={status}>{children}</LiveContext>;
}
