import { inquire } from './inquiry.ts';
import { pythonDefault } from './python-default.ts';
import { searchInPython } from './python-client.ts';
import { sourceOf } from './source-of.ts';
import type { ResolveSource } from './types.ts';

/** `ssl.create_default_context()`, hence urllib (python-tls.md §3). */
export const ssl: ResolveSource = (consumer, facts) => {
  const inquiry = inquire(consumer, facts);
  const found = searchInPython(inquiry, () => pythonDefault(inquiry));
  return sourceOf(inquiry, found, {
    install: null,
    version: consumer.python?.version ?? null,
  });
};
