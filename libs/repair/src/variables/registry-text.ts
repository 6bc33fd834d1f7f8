import type { RegistryText } from './ports.ts';

/** Name of the value of a service's key that holds its variables. */
export const SERVICE_VALUE = 'Environment';

/** Names of variables have no case on Windows. */
const says = (text: string, name: string): boolean => text.toUpperCase().startsWith(`${name.toUpperCase()}=`);

/** What the value says of the variable; null for nothing. */
export function valueIn(text: RegistryText | null, name: string): string | null {
  if (text === null) return null;
  if (text.type !== 'strings') return text.text;
  return text.texts.findLast((one) => says(one, name))?.slice(name.length + 1) ?? null;
}

/** The value with the variable set, or without it; null: no value. What is expandable stays so, and other texts of a list stay as they are. */
export function changedText(
  before: RegistryText | null,
  {
    form,
    name,
    value,
  }: { readonly form: 'value' | 'strings'; readonly name: string; readonly value: string | null },
): RegistryText | null {
  if (form === 'value') {
    if (value === null) return null;
    return { type: before?.type === 'expandable' ? 'expandable' : 'text', text: value };
  }
  const texts = before?.type === 'strings' ? before.texts : [];
  const at = texts.findLastIndex((one) => says(one, name));
  if (value !== null) {
    const line = `${name}=${value}`;
    return { type: 'strings', texts: at === -1 ? [...texts, line] : texts.with(at, line) };
  }
  const rest = texts.filter((one) => !says(one, name));
  return rest.length === 0 ? null : { type: 'strings', texts: rest };
}
