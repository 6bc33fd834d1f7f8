import type { PythonsResult } from '../types.ts';

/** Paths as Windows writes them; inside the collectors they have `/`. */
export function native(result: Omit<PythonsResult, 'known'>): Omit<PythonsResult, 'known'> {
  return mapTexts(result) as Omit<PythonsResult, 'known'>;
}

function mapTexts(value: unknown): unknown {
  if (typeof value === 'string') return /^[a-z]:\//i.test(value) ? value.replaceAll('/', '\\') : value;
  if (Array.isArray(value)) return value.map(mapTexts);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapTexts(one)]));
}
