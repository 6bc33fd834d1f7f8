import type { CaVariableName, VariableScope } from '@trustfleet/protocol';
import type { VariableContext } from './context.ts';
import type { VariableFormatName } from './formats/formats.ts';

/** One variable of the machine, of one account or of one service. */
export interface Subject {
  readonly name: CaVariableName;
  readonly scope: VariableScope;
  readonly owner?: string | undefined;
}

/** Where this remedy keeps a variable: one place for each scope. */
export type VariablePlace =
  | {
      readonly kind: 'file';
      readonly source: string;
      readonly format: VariableFormatName;
      /** Written with the rights of the account that owns it, for good. */
      readonly asOwner: boolean;
    }
  | {
      readonly kind: 'registry';
      readonly source: string;
      readonly hive: 'localMachine' | 'users';
      readonly key: string;
      /** `value`: a value of that name. `strings`: one of the texts of the value `Environment`. */
      readonly form: 'value' | 'strings';
    }
  /** A file for launchd that somebody else has to bring. */
  | { readonly kind: 'launchd'; readonly source: string }
  | { readonly kind: 'none'; readonly reason: string };

/** systemd.unit(5), "unit name": no slash, so that it names a file of that directory alone. */
const UNIT = /^[A-Za-z0-9:_.\\@-]{1,240}\.service$/;
/** Sorts behind `99-environment.conf`, by which systemd reads /etc/environment, and behind `override.conf` of `systemctl edit`. */
const FILE = 'zz-trustfleet.conf';
const MACHINE_KEY = 'SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment';
/** Name of a Windows service: neither kind of slash (CreateService). */
const SERVICE = /^[^\\/\p{Cc}]{1,256}$/u;

/** Stored facts do not say where homes lie. */
const ANYWHERE = { problem: null, root: '/', sid: null, home: '~' } as const;

const none = (reason: string): VariablePlace => ({ kind: 'none', reason });

/**
 * failures.md §7.5: what every new session of the scope reads. On Linux /etc/environment is read by pam_env at every sign-in (console, ssh,
 * desktop, cron) and by systemd for each account's own manager, hence no script of /etc/profile.d beside it.
 */
export function placeOf(subject: Subject, { platform, host }: VariableContext): VariablePlace {
  const { home, problem, root, sid } = host ?? ANYWHERE;
  if (problem !== null) return none(problem);
  if (platform === 'windows') return registryPlace(subject, sid);
  if (platform === 'macos') return launchdPlace(subject, home);
  if (subject.scope === 'user') return homePlace(subject, home);
  return machinePlace(subject, root.replace(/\/+$/, ''));
}

function machinePlace({ owner = '', scope }: Subject, root: string): VariablePlace {
  if (scope === 'machine') return filePlace(`${root}/etc/environment`, 'etcEnvironment');
  if (!UNIT.test(owner))
    return none(`${owner} is no name of a service of systemd: it ends in .service, without a path.`);
  return filePlace(`${root}/etc/systemd/system/${owner}.d/${FILE}`, 'unitDropIn');
}

function homePlace({ owner = '' }: Subject, home: string | null): VariablePlace {
  if (home === null) return none(`The account ${owner} has no home directory on this host.`);
  const directory = home === '~' ? `~${owner}` : home;
  return { ...filePlace(`${directory}/.config/environment.d/${FILE}`, 'environmentD'), asOwner: true };
}

function filePlace(source: string, format: VariableFormatName): Extract<VariablePlace, { kind: 'file' }> {
  return { kind: 'file', source, format, asOwner: false };
}

function registryPlace({ owner = '', scope }: Subject, sid: string | null): VariablePlace {
  const at = (
    hive: 'localMachine' | 'users',
    key: string,
    form: 'value' | 'strings' = 'value',
  ): VariablePlace => {
    const source = `${hive === 'users' ? 'HKEY_USERS' : 'HKEY_LOCAL_MACHINE'}\\${key}`;
    return { kind: 'registry', source, hive, key, form };
  };
  if (scope === 'machine') return at('localMachine', MACHINE_KEY);
  if (scope === 'user') return at('users', `${sid ?? owner}\\Environment`);
  if (!SERVICE.test(owner)) return none(`${owner} is no name of a Windows service.`);
  return at('localMachine', `SYSTEM\\CurrentControlSet\\Services\\${owner}`, 'strings');
}

const AGENT = 'com.trustfleet.variables.plist';

function launchdPlace({ owner = '', scope }: Subject, home: string | null): VariablePlace {
  if (scope === 'service')
    return { kind: 'launchd', source: `/Library/LaunchDaemons/${owner.replace(/[/\p{Cc}]/gu, '_')}.plist` };
  const folder = scope === 'machine' ? '' : (home ?? `/Users/${owner}`);
  return { kind: 'launchd', source: `${folder}/Library/LaunchAgents/${AGENT}` };
}
