import { parse } from 'yaml';
import type { Derivation } from './access/view.ts';

/** Toolkit's own files have a few hundred bytes. */
const MAX_YAML_BYTES = 256 * 1024;

/**
 * What a YAML file states, reduced to what `reduce` takes of it. The parser's words quote the file, which may hold secrets: a file that
 * it does not take is null and nothing more.
 */
export function yamlFacts<T>(kind: string, reduce: (document: unknown) => T): Derivation<T | null> {
  return {
    kind: `yaml:${kind}`,
    maxBytes: MAX_YAML_BYTES,
    derive(bytes) {
      const document = readYaml(Buffer.from(bytes).toString('utf8'));
      return document === undefined ? null : reduce(document);
    },
  };
}

/** Undefined for what is no YAML; an alias bomb is none. */
function readYaml(text: string): unknown {
  try {
    const document: unknown = parse(text.replace(/^\ufeff/, ''), {
      ...{ maxAliasCount: 100, logLevel: 'silent', uniqueKeys: false, prettyErrors: false },
    });
    return document ?? null;
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
