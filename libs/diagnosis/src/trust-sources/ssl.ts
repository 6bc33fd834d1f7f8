import { argumentRungs, inquire, type Inquiry } from './inquiry.ts';
import { pythonDefault } from './python-default.ts';
import { searchInPython } from './python-client.ts';
import { firstThatIsThere, type Found } from './search.ts';
import { sourceOf } from './source-of.ts';
import { place } from './step.ts';
import type { ResolveSource } from './types.ts';

/** `ssl.create_default_context()`, hence urllib (python-tls.md §3). */
export const ssl: ResolveSource = (consumer, facts) => {
  const inquiry = inquire(consumer, facts);
  const found = searchInPython(inquiry, () => search(inquiry));
  return sourceOf(inquiry, found, {
    install: null,
    version: consumer.python?.version ?? null,
  });
};

/** `cafile=` takes the place of all defaults, in a context that is as strict (python-tls.md §3). */
function search(inquiry: Inquiry): Found {
  const { code, beside = [] } = inquiry.consumer;
  if (code === undefined && beside.length === 0) return pythonDefault(inquiry);
  const given = argumentRungs(inquiry, 'cafile');
  const byCode = code !== undefined;
  const searched = firstThatIsThere(
    byCode ? given : [...given, { place: place('pythonDefault'), look: () => pythonDefault(inquiry) }],
  );
  return byCode ? { ...searched, end: { ...searched.end, byDefaultContext: true } } : searched;
}
