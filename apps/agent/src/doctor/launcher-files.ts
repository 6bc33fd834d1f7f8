import { findCodeDecisions } from '@trustfleet/diagnosis';
import { CA_VARIABLES, clip, TRUST_SETTINGS } from '@trustfleet/protocol';
import type { LaunchedVariable } from './launchers.ts';

/** What one file of a product sets for what the product starts. */
export type Assigned = Pick<LaunchedVariable, 'name' | 'value'>;
export type ReadLauncher = (text: string) => Assigned[];

const CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i;
const NAMES = [...CA_VARIABLES, ...TRUST_SETTINGS];

/** Null for a variable that is nobody's business; credentials of a proxy are masked. */
function kept(written: string | undefined, value: string): Assigned | null {
  const name = NAMES.find((known) => known === written);
  return name === undefined ? null : { name, value: clip(value.replace(CREDENTIALS, '$1***@'), 4096) };
}
const linesOf = (text: string): string[] => text.split(/\r\n|\r|\n/);

/** `NAME = value`, with or without quotes; Maya.env and houdini.env have nothing else. */
const ASSIGNMENT = /^\s*([A-Z_][A-Z0-9_]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|(.*?))\s*$/;

export const readEnvironmentFile: ReadLauncher = (text) =>
  linesOf(text).flatMap((line) => {
    const [, name, double, single, bare] = ASSIGNMENT.exec(line) ?? [];
    return kept(name, double ?? single ?? bare ?? '') ?? [];
  });

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A package of Houdini: `env` is a list of objects, each a name with its value, or with `value` and a method. What is only so under a
 * condition is not looked at. Empty for what is no JSON.
 */
export const readHoudiniPackage: ReadLauncher = (text) => {
  const parsed = parsedJson(text);
  const env = isObject(parsed) ? parsed['env'] : undefined;
  return (Array.isArray(env) ? env.slice(0, MOST_ENTRIES) : []).filter(isObject).flatMap((entry) =>
    Object.entries(entry).flatMap(([name, said]) => {
      const value: unknown = isObject(said) ? said['value'] : said;
      return (typeof value === 'string' ? kept(name, value) : null) ?? [];
    }),
  );
};
const MOST_ENTRIES = 1000;

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Houdini passes over such a package too.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** `os.environ['NAME'] = 'literal'` at the beginning of a line: what is indented may never run. */
const IN_PYTHON =
  /^(?:os\.)?(?:environ\[\s*(['"])(?<set>[A-Z_]+)\1\s*\]\s*=\s*|environ\.setdefault\(\s*(['"])(?<default>[A-Z_]+)\3\s*,\s*|putenv\(\s*(['"])(?<put>[A-Z_]+)\5\s*,\s*)[rR]?(?:"(?<double>[^"\\]*)"|'(?<single>[^'\\]*)')/;

/** init.py and menu.py of Nuke: simple assignments alone. Nothing that stands in a comment or a text counts. */
export const readNukeStart: ReadLauncher = (text) => {
  const lines = linesOf(text);
  const decided = new Set(findCodeDecisions(text).map(({ line }) => line));
  return lines.flatMap((line, at) => {
    const { set, default: preset, put, double, single } = IN_PYTHON.exec(line)?.groups ?? {};
    return (decided.has(at + 1) ? kept(set ?? preset ?? put, double ?? single ?? '') : null) ?? [];
  });
};
