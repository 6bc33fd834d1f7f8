'use client';

import { useEffect } from 'react';

/** A token of the address leaves it, and with it the browser's history. */
export function useTokenLeavesAddress(path: string): void {
  useEffect(() => {
    window.history.replaceState(null, '', path);
  }, [path]);
}
