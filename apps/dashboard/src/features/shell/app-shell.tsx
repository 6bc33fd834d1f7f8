'use client';

import type { Permission } from '@trustfleet/api';
import { cn } from '@trustfleet/ui';
import {
  CircleAlert,
  FolderTree,
  History,
  LayoutDashboard,
  ListChecks,
  Monitor,
  Send,
  Settings,
  ShieldCheck,
  Users,
  type LucideIcon,
} from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useMay } from '../../lib/permissions/reader.tsx';
import { AccountBar } from './account-bar.tsx';
import { LiveIndicator } from './live-indicator.tsx';
import { ReaderSwitches } from './reader-switches.tsx';

type PlaceName =
  'overview' | 'hosts' | 'findings' | 'installs' | 'jobs' | 'orders' | 'accounts' | 'activity' | 'settings';

interface Place {
  readonly href: string;
  readonly key: PlaceName;
  readonly icon: LucideIcon;
  readonly needs: Permission;
}

const PLACES: readonly Place[] = [
  { href: '/', key: 'overview', icon: LayoutDashboard, needs: 'hosts.read' },
  { href: '/hosts', key: 'hosts', icon: Monitor, needs: 'hosts.read' },
  { href: '/findings', key: 'findings', icon: CircleAlert, needs: 'findings.read' },
  { href: '/installs', key: 'installs', icon: FolderTree, needs: 'installs.read' },
  { href: '/jobs', key: 'jobs', icon: ListChecks, needs: 'orders.read' },
  { href: '/orders', key: 'orders', icon: Send, needs: 'orders.read' },
  { href: '/accounts', key: 'accounts', icon: Users, needs: 'accounts.manage' },
  { href: '/activity', key: 'activity', icon: History, needs: 'audit.read' },
  { href: '/settings/endpoints', key: 'settings', icon: Settings, needs: 'endpoints.read' },
];

function isHere(pathname: string, href: string): boolean {
  if (href === '/') return pathname === '/';
  return pathname === href || pathname.startsWith(`${href}/`);
}

function Navigation() {
  const t = useTranslations('shell');
  const pathname = usePathname();
  const may = useMay();
  return (
    <nav aria-label={t('navigation')} className="max-w-full min-w-0">
      <ul className="flex flex-wrap gap-0.5 lg:flex-col lg:flex-nowrap">
        {PLACES.filter(({ needs }) => may(needs)).map(({ href, key, icon: Icon }) => {
          const here = isHere(pathname, href);
          return (
            <li key={href}>
              <Link
                href={href}
                prefetch={false}
                aria-current={here ? 'page' : undefined}
                className={cn(
                  'flex items-center gap-2.5 rounded-md px-2.5 py-1.5 font-medium whitespace-nowrap focus-visible:outline-offset-[-2px]',
                  here ? 'bg-accent-soft text-accent' : 'text-muted hover:bg-sunken hover:text-text',
                )}
              >
                <Icon aria-hidden="true" className="size-4 shrink-0 max-sm:hidden" />
                {t(key)}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

export function AppShell({
  theme,
  children,
}: {
  readonly theme: 'light' | 'dark' | 'system';
  readonly children: ReactNode;
}) {
  const t = useTranslations();
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[13.5rem_minmax(0,1fr)]">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:start-3 focus:top-3 focus:z-50 focus:rounded-md focus:border focus:border-line focus:bg-surface focus:px-3 focus:py-2 focus:font-medium"
      >
        {t('shell.skip')}
      </a>
      <header className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line bg-surface px-4 py-2.5 lg:sticky lg:top-0 lg:h-dvh lg:flex-col lg:flex-nowrap lg:items-stretch lg:gap-5 lg:border-e lg:border-b-0 lg:px-3 lg:py-4">
        <p className="flex items-center gap-2 px-1 text-[1.1rem] font-semibold tracking-tight">
          <ShieldCheck aria-hidden="true" className="size-5 text-accent" />
          {t('app.name')}
        </p>
        <Navigation />
        <div className="ms-auto flex max-w-full min-w-0 flex-wrap items-center gap-x-4 gap-y-2 lg:ms-0 lg:mt-auto lg:flex-col lg:flex-nowrap lg:items-stretch lg:gap-3">
          <LiveIndicator />
          <ReaderSwitches theme={theme} />
          <AccountBar />
        </div>
      </header>
      <main
        id="content"
        tabIndex={-1}
        className="mx-auto w-full max-w-[92rem] px-4 py-6 outline-none sm:px-7"
      >
        {children}
      </main>
    </div>
  );
}
