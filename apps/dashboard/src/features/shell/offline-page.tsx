'use client';

import type { Problem } from '@trustfleet/api';
import { ProblemPanel } from '../../components/problem-panel.tsx';

/** When not even the reader's account could be read: nothing else on the page would be. */
export function OfflinePage({ problem }: { readonly problem: Problem }) {
  return (
    <main className="mx-auto max-w-2xl p-6">
      <ProblemPanel problem={problem} />
    </main>
  );
}
