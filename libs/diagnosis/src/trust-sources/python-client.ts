import type { Inquiry } from './inquiry.ts';
import { underTruststore } from './hooks.ts';
import { ended, found, type Found } from './search.ts';
import { place, step } from './step.ts';

/** What every client of a Python shares: no ssl module ends it before it looks, truststore adds to what it finds. */
export function searchInPython(inquiry: Inquiry, search: () => Found): Found {
  const noSsl = withoutSsl(inquiry);
  return noSsl ?? underTruststore(inquiry, search());
}

/** `import ssl` fails: classified as that, not as trust (failures.md §7.4). */
export function withoutSsl({ consumer }: Inquiry): Found | null {
  const { python } = consumer;
  if (python === null) return null;
  const error = python.ssl?.importError ?? null;
  const saidBefore = python.ssl === undefined && python.facts === 'run' && python.openssl === null;
  if (error === null && !saidBefore) return null;
  return found(step(place('pythonDefault', { name: 'ssl' }), 'failed', 'noSslModule'), ended('noSsl', error));
}

export function notImportable(last: Parameters<typeof step>, error: string | null): Found {
  return found(step(...last), ended('notImportable', error));
}
