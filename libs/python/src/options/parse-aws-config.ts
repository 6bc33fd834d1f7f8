import type { ParseOptions } from './found-option.ts';
import { parseIni } from './parse-ini.ts';

/** `ca_bundle` of the profile that counts where none is chosen. */
export const parseAwsConfig: ParseOptions = (text) =>
  parseIni(text).flatMap(({ section, key, value }) =>
    section === 'default' && key === 'ca_bundle' ? [{ name: 'ca_bundle' as const, value, isPath: true }] : [],
  );
