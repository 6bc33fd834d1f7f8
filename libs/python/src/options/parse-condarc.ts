import type { ParseOptions } from './found-option.ts';

/** A plain or quoted scalar; a comment begins after a blank. */
const SCALAR = /^(?:"([^"]*)"|'([^']*)'|(.*?))(?:\s+#.*)?\s*$/;
const NO_PATH = /^(?:true|yes|on|1|false|no|off|0|truststore|)$/i;

/** `ssl_verify` at the top of a .condarc, which is YAML; channels may hold tokens, and are not looked at. */
export const parseCondarc: ParseOptions = (text) =>
  text.split(/\r\n|\r|\n/).flatMap((line) => {
    const written = /^(?:ssl_verify|verify_ssl)\s*:(?:\s+(.*))?$/.exec(line);
    if (written === null) return [];
    const [, double, single, plain] = SCALAR.exec(written[1] ?? '') ?? [];
    const value = double ?? single ?? plain ?? '';
    return [{ name: 'ssl_verify' as const, value, isPath: !NO_PATH.test(value) }];
  });
