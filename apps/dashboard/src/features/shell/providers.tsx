'use client';

import { QueryClientProvider } from '@tanstack/react-query';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { useState, type ReactNode } from 'react';
import { isSignedOut, signInPath } from '../../lib/api/browser.ts';
import { createQueryClient } from '../../lib/api/query-client.ts';
import { LiveProvider } from '../../lib/live/live-provider.tsx';

/** Leaves once: another query that is refused meanwhile would begin the way to the sign-in page anew. */
function leaverWhenSignedOut(): (error: unknown) => void {
  let leaving = false;
  return (error) => {
    if (leaving || !isSignedOut(error)) return;
    leaving = true;
    window.location.assign(signInPath(window.location.pathname + window.location.search));
  };
}

/** What every page behind the sign-in shares: its cache, its URL state and the event stream. */
export function SignedInProviders({ children }: { readonly children: ReactNode }) {
  const [client] = useState(() => createQueryClient(leaverWhenSignedOut()));
  return (
    <QueryClientProvider client={client}>
      <NuqsAdapter>
        <LiveProvider>{children}</LiveProvider>
      </NuqsAdapter>
    </QueryClientProvider>
  );
}
