/** One name against a pattern of find(1): `*`, `?` and sets in brackets; letters of either case, as Windows compares names. */
export function namePattern(pattern: string): (name: string) => boolean {
  const source = pattern.replace(/\[([!^]?)([^\]\\]+)\]|[\\^$.|?*+()[\]{}]/g, (found, negated, set) => {
    if (found === '*') return '[^]*';
    if (found === '?') return '[^]';
    return typeof set === 'string'
      ? `[${negated === '' ? '' : '^'}${set.replaceAll('^', '\\^')}]`
      : `\\${found}`;
  });
  const expression = new RegExp(`^${source}$`, 'iu');
  return (name) => expression.test(name);
}
