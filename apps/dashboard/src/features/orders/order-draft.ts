'use client';

import { useMemo, useSyncExternalStore } from 'react';
import { z } from 'zod';

/** A draft that is not in the address: kept for this tab alone, so that a reload loses nothing, and gone after the launch. */
const KEY = 'trustfleet-order-draft';

const draft = z.object({
  pem: z
    .string()
    .max(256 * 1024)
    .nullable(),
  reason: z.string().max(500),
});
export type OrderDraft = z.infer<typeof draft>;

const EMPTY: OrderDraft = { pem: null, reason: '' };
const listeners = new Set<() => void>();
/** What this page knows; undefined before the first look into the storage. */
let text: string | null | undefined;

/** A browser may keep nothing (its owner forbids it, or it is full): then a reload forgets, and nothing else changes. */
function withStorage<T>(use: (storage: Storage) => T, otherwise: T): T {
  try {
    return use(window.sessionStorage);
  } catch (error) {
    if (error instanceof DOMException) return otherwise;
    throw error;
  }
}

function current(): string | null {
  text ??= withStorage((storage) => storage.getItem(KEY), null);
  return text;
}

function parse(value: string | null): OrderDraft {
  if (value === null) return EMPTY;
  try {
    return draft.safeParse(JSON.parse(value)).data ?? EMPTY;
  } catch (error) {
    if (error instanceof SyntaxError) return EMPTY;
    throw error;
  }
}

function tell(): void {
  for (const listener of listeners) listener();
}

export function keepDraft(change: Partial<OrderDraft>): void {
  const next = JSON.stringify({ ...parse(current()), ...change });
  text = next;
  withStorage((storage) => {
    storage.setItem(KEY, next);
  }, undefined);
  tell();
}

export function forgetDraft(): void {
  text = null;
  withStorage((storage) => {
    storage.removeItem(KEY);
  }, undefined);
  tell();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** The tab's draft; empty at hydration, as on the server. */
export function useDraft(): OrderDraft {
  const value = useSyncExternalStore(subscribe, current, () => null);
  return useMemo(() => parse(value), [value]);
}
