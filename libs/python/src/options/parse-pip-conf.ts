import type { ParseOptions } from './found-option.ts';
import { parseIni } from './parse-ini.ts';

const NAMES = ['cert', 'use-feature', 'use-deprecated'] as const;
/** What is said for the command beats what is said for all. */
const SECTIONS = ['global', 'install'];

/** pip.conf and pip.ini: options of `[global]`, then of `[install]`. Its index may hold a password, and is not looked at. */
export const parsePipConf: ParseOptions = (text) => {
  const entries = parseIni(text);
  return SECTIONS.flatMap((wanted) =>
    entries.flatMap(({ section, key, value }) => {
      const name = NAMES.find((known) => known === key.replaceAll('_', '-'));
      return section !== wanted || name === undefined ? [] : [{ name, value, isPath: name === 'cert' }];
    }),
  );
};
