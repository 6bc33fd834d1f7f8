import type { VariableContext } from './context.ts';
import type { Subject, VariablePlace } from './place.ts';

type Who = Readonly<Record<Subject['scope'], (owner: string) => string>>;

/** failures.md §7.5: who sees a change, and after what. */
const SEEN: Readonly<Record<VariableContext['platform'], Who>> = {
  linux: {
    machine: () =>
      'Seen by every account after its next sign-in (console, ssh, desktop) and by what cron starts; services of the system do not read it.',
    user: (owner) =>
      `Seen by the desktop session and the user services of ${owner} after the next sign-in; shells over ssh read it from no file of systemd.`,
    service: (owner) => `Seen by ${owner} after its next start; the agent does not restart it.`,
  },
  windows: {
    machine: () =>
      'Seen by programs that start after the next sign-in, at once by those that a desktop starts which hears of the change; by services after their next start.',
    user: (owner) => `Seen by programs of ${owner} that start after the next sign-in.`,
    service: (owner) => `Seen by ${owner} after its next start; the agent does not restart it.`,
  },
  macos: {
    machine: () => 'Seen by programs of every account that start after its next sign-in.',
    user: (owner) => `Seen by programs of ${owner} that start after the next sign-in.`,
    service: (owner) => `Seen by ${owner} after its next start.`,
  },
};

export const seenBy = (
  { owner = '', scope }: Subject,
  { platform }: Pick<VariableContext, 'platform'>,
): string => SEEN[platform][scope](owner);

/** When programs see it (`effective` of the job). */
export const effectiveAfter = ({ scope }: Subject): 'relogin' | 'appRestart' =>
  scope === 'service' ? 'appRestart' : 'relogin';

export const affectedBy = ({ owner, scope }: Subject): readonly string[] =>
  scope === 'machine' || owner === undefined ? [] : [owner];

export const shown = ({ name, owner, scope }: Subject): string =>
  scope === 'machine'
    ? name
    : `${name} of ${scope === 'user' ? 'the account' : 'the service'} ${owner ?? ''}`;

export const placeName = (place: VariablePlace): string => (place.kind === 'none' ? '' : place.source);
