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
function patchOf(text: string | undefined, name: string, value: string | null): string | null {
  if (text === undefined) return null;
  const lines = linesOf(text).map((line) => line.replace(/\r?\n$/, ''));
  const pattern = assignment(name);
  const hunks: string[] = [];
  let shift = 0;
  for (const [at, line] of lines.entries()) {
    const match = pattern.exec(line);
    if (match === null) continue;
    const quote = /^["']/.exec(match[2] ?? '')?.[0] ?? '';
    const fresh =
      value === null ? [] : [`+${match[1] ?? ''}${quote}${encoded(value)}${quote}${match[3] ?? ''}`];
    const [from, to] = [at + 1, at + 1 + shift - (value === null ? 1 : 0)];
    hunks.push(`@@ -${from},1 +${to},${fresh.length} @@`, `-${line}`, ...fresh);
    if (value === null) shift -= 1;
  }
  return hunks.length === 0 ? null : hunks.map(decoded).join('\n');
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
    const diff = patchOf(host?.texts.get(source), name, value);
    const wanted = value === null ? `take ${name} out` : `let ${name} be ${value}`;
    const patch =
      diff === null
        ? `# ${source}: ${wanted} (it is ${now} there).\n`
        : `--- ${source}\n+++ ${source}\n${diff}\n`;
    const owner = OWNERS.find(([pattern]) => pattern.test(source))?.[1] ?? 'launcher';
    return { kind: 'propose', path: source, owner, patch: patch.slice(0, 16_384) };
  });
}
