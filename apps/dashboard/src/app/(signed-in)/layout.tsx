import type { ReactNode } from 'react';
import { AppShell } from '../../features/shell/app-shell.tsx';
import { SignedInProviders } from '../../features/shell/providers.tsx';
import { ApiProblem } from '../../lib/api/problem.ts';
import { reads } from '../../lib/api/reads.ts';
import { readSignedIn } from '../../lib/data/read.ts';
import { ReaderIs } from '../../lib/permissions/reader.tsx';
import { readerSettings } from '../../lib/i18n/server.ts';
import { OfflinePage } from '../../features/shell/offline-page.tsx';

export default async function SignedInLayout({ children }: { readonly children: ReactNode }) {
  const { theme } = await readerSettings();
  const reader = await readSignedIn(reads.me).catch((error: unknown) => {
    if (error instanceof ApiProblem) return error;
    throw error;
  });
  return (
    <SignedInProviders>
      {reader instanceof ApiProblem ? (
        <OfflinePage problem={reader.problem} />
      ) : (
        <ReaderIs me={reader}>
          <AppShell theme={theme}>{children}</AppShell>
        </ReaderIs>
      )}
    </SignedInProviders>
  );
}
