import type { CaVariable, PlanChange } from '@trustfleet/protocol';
import type { VariableContext } from './context.ts';
import { decoded, encoded, linesOf } from './text.ts';

/** A line that does nothing but assign the name, as shells and files of variables write it; a comment behind it may hold anything, so that such a line is not shown. */
const assignment = (name: string): RegExp =>
  new RegExp(
    `^(\\s*(?:(?:export|declare\\s+-x|typeset\\s+-x)\\s+)?(?:Environment=)?["']?${name}=)("[^"]*"|'[^']*'|[^\\s"';&|#]*)(["']?\\s*)$`,
  );

/**
 * What whoever owns a file has to do there. A diff without lines around it: those may hold secrets, which never leave the host
 * (failures.md §11.8).
 */
function patchOf(text: string, name: string, value: string | null): string | null {
  const pattern = assignment(name);
  const found = linesOf(text).flatMap((line, at) => {
    const match = pattern.exec(line.replace(/\r?\n$/, ''));
    return match === null ? [] : [{ at, match }];
  });
  const hunks = found.map(({ at, match: [line, head = '', old = '', tail = ''] }, before) => {
    if (value === null) return `@@ -${at + 1},1 +${at - before},0 @@\n-${line}`;
    const quote = /^["']/.exec(old)?.[0] ?? '';
    return `@@ -${at + 1},1 +${at + 1},1 @@\n-${line}\n+${head}${quote}${encoded(value)}${quote}${tail}`;
  });
  return hunks.length === 0 ? null : decoded(hunks.join('\n'));
}

const OWNERS: readonly (readonly [RegExp, string])[] = [
  [/\.service(\.d\/[^/]*)?$/, 'service'],
  [/\.(sh|bashrc|profile|bash_profile|zshenv)$|\/profile$/, 'launcher'],
];

/** A line of the plan for each file that decides the variable and that this remedy does not write. */
export function proposals(
  assigned: readonly CaVariable[],
  value: string | null,
  { host }: VariableContext,
): PlanChange[] {
  return assigned.map(({ name, source, value: now }) => {
    const text = host?.texts.get(source);
    const diff = text === undefined ? null : patchOf(text, name, value);
    const wanted = value === null ? `take ${name} out` : `let ${name} be ${value}`;
    const patch =
      diff === null
        ? `# ${source}: ${wanted} (it is ${now} there).\n`
        : `--- ${source}\n+++ ${source}\n${diff}\n`;
    const owner = OWNERS.find(([pattern]) => pattern.test(source))?.[1] ?? 'launcher';
    return { kind: 'propose', path: source, owner, patch: patch.slice(0, 16_384) };
  });
}
