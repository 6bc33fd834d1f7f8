import type { ClientOption } from '@trustfleet/protocol';
import type { FoundOption, ParseOptions } from './found-option.ts';

/** Names count without case. */
const NAMES: ReadonlyMap<string, ClientOption['name']> = new Map([
  ['sslcainfo', 'http.sslCAInfo'],
  ['sslverify', 'http.sslVerify'],
  ['sslbackend', 'http.sslBackend'],
  ['schannelusesslcainfo', 'http.schannelUseSSLCAInfo'],
]);
/** What comes after it may stand in the same line. */
const SECTION = /^\s*\[\s*([^\]]*?)\s*\]\s*(.*)$/;
const LINE = /^\s*([a-z][a-z0-9-]*)\s*(?:=\s*(.*))?$/i;

/**
 * `[http]` of a gitconfig (git-config(1), "Syntax"). What holds for single addresses (`[http "https://…"]`), and what is included from other
 * files, is not looked at.
 */
export const parseGitConfig: ParseOptions = (text) => {
  const found: FoundOption[] = [];
  let inHttp = false;
  for (const line of text.replace(/\\\r?\n/g, '').split(/\r\n|\r|\n/)) {
    const [, section, rest] = SECTION.exec(line) ?? [];
    if (section !== undefined) inHttp = section.toLowerCase() === 'http';
    const option = inHttp ? optionIn(rest ?? line) : null;
    if (option !== null) found.push(option);
  }
  return found;
};

function optionIn(text: string): FoundOption | null {
  const [, key = '', value] = LINE.exec(text) ?? [];
  const name = NAMES.get(key.toLowerCase());
  // A name alone means true.
  return name === undefined
    ? null
    : { name, value: valueOf(value ?? 'true'), isPath: name === 'http.sslCAInfo' };
}

/** Quotes keep blanks and signs of comments; a backslash goes before what it protects. */
function valueOf(written: string): string {
  let value = '';
  let kept = 0;
  let quoted = false;
  for (let at = 0; at < written.length; at += 1) {
    const sign = written.charAt(at);
    if (sign === '"') quoted = !quoted;
    else if (!quoted && (sign === '#' || sign === ';')) break;
    else {
      value += sign === '\\' ? written.charAt((at += 1)) : sign;
      if (quoted || !/\s/.test(sign)) kept = value.length;
    }
  }
  return value.slice(0, kept);
}
