/** A double-quoted scalar of YAML 1.2, which is JSON's. Templates of Ansible begin with braces: those stand as text. */
export function yamlText(value: string): string {
  const text = JSON.stringify(value);
  return /\{[{%#]/.test(value) ? `!unsafe ${text}` : text;
}

export const xmlText = (value: string): string =>
  value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');

/** A single-quoted text of Puppet, Ruby-like: backslash and quote alone are escaped. */
export const puppetText = (value: string): string =>
  `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
