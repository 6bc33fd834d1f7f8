import { xmlText } from './quoting.ts';
import type { VariableWanted } from './types.ts';

/** Class id of an item of "Environment Variables" among Group Policy's preferences ([MS-GPPREF] 2.2.1.5). */
const LIST = '{BF141A63-327B-438a-B9BF-2C188F13B7AD}';
const ITEM = '{78570023-8373-4a19-BA80-2F150738EA19}';

/**
 * `EnvironmentVariables.xml` of a group policy object: Preferences, Windows Settings, Environment. A variable of a service has no item there
 * and is a registry value: see {@link registryFile}.
 */
export function groupPolicyItem({ name, scope, value }: VariableWanted): string {
  const action = value === null ? 'D' : 'R';
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<EnvironmentVariables clsid="${LIST}">`,
    `  <EnvironmentVariable clsid="${ITEM}" name="${name}" status="${name}" image="${value === null ? 3 : 1}" changed="2000-01-01 00:00:00" uid="{9B1D6E0E-6C0B-4E7A-9C2A-3B5F6D7E8A90}">`,
    `    <Properties action="${action}" name="${name}" value="${xmlText(value ?? '')}" user="${scope === 'user' ? 1 : 0}" partial="0"/>`,
    '  </EnvironmentVariable>',
    '</EnvironmentVariables>',
    '',
  ].join('\r\n');
}

/** A file for regedit and for Group Policy's registry preferences. */
export function registryFile({ name, scope, source, value }: VariableWanted): string {
  const text = (one: string): string => `"${one.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const body =
    scope === 'service'
      ? `"Environment"=${value === null ? '-' : multiString([`${name}=${value}`])}`
      : `"${name}"=${value === null ? '-' : text(value)}`;
  return ['Windows Registry Editor Version 5.00', '', `[${source}]`, body, ''].join('\r\n');
}

/** REG_MULTI_SZ as regedit writes it: UTF-16LE, each text and the list ended by a zero. */
function multiString(texts: readonly string[]): string {
  const units = [...texts, ''].flatMap((text) => [
    ...Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)),
    0,
  ]);
  const bytes = units.flatMap((unit) => [unit & 0xff, unit >> 8]);
  return `hex(7):${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(',')}`;
}
