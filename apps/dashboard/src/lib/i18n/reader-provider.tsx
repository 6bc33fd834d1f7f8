'use client';

import { createContext, use, useEffect, useSyncExternalStore, type ReactNode } from 'react';
import { IntlProvider } from 'use-intl';
import type { Messages } from './catalogue.ts';
import { TIME_ZONE_COOKIE, type AppLocale } from './locales.ts';
import { setReaderCookie } from './reader-cookie.ts';

const TICK_MS = 5_000;
/** One clock for every relative time on the page. */
let clock = new Date(0);

function subscribeToClock(onTick: () => void): () => void {
  const timer = setInterval(() => {
    clock = new Date();
    onTick();
  }, TICK_MS);
  return () => {
    clearInterval(timer);
  };
}

function readClock(): Date {
  if (Date.now() - clock.getTime() > TICK_MS) clock = new Date();
  return clock;
}

const ServerNow = createContext<Date>(new Date(0));

/** The time for relative words: the server's at hydration, so that both sides say the same, then the browser's. */
export function useNow(): Date {
  const serverNow = use(ServerNow);
  return useSyncExternalStore(subscribeToClock, readClock, () => serverNow);
}

const never = (): (() => void) => () => undefined;
const browserTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

export interface ReaderProviderProps {
  readonly locale: AppLocale;
  readonly messages: Messages;
  readonly timeZone: string;
  /** RFC 3339 */
  readonly now: string;
  readonly children: ReactNode;
}

export function ReaderProvider({ locale, messages, timeZone, now, children }: ReaderProviderProps) {
  const zone = useSyncExternalStore(never, browserTimeZone, () => timeZone);
  useEffect(() => {
    if (zone !== timeZone) setReaderCookie(TIME_ZONE_COOKIE, zone);
  }, [zone, timeZone]);
  return (
    <IntlProvider locale={locale} messages={messages} timeZone={zone}>
      <ServerNow value={new Date(now)}>{children}</ServerNow>
    </IntlProvider>
  );
}
