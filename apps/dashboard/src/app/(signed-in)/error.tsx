'use client';

import { ErrorView } from '../../components/error-view.tsx';

export default function ErrorPage({ error, retry }: { readonly error: unknown; readonly retry: () => void }) {
  return <ErrorView error={error} retry={retry} />;
}
