import type { OwnedTarget } from './types.ts';

/** Answers of dpkg and rpm about one path; null where the tool is not there or knows nothing. */
export interface PackageAnswers {
  /** `dpkg-query -S PATH` */
  readonly dpkgSearch: string | null;
  /** `dpkg-query -W -f='${Conffiles}\n' PACKAGE` */
  readonly dpkgConffiles: string | null;
  /** `rpm -qf --qf '%{NAME}\n' PATH` */
  readonly rpmOwner: string | null;
  /** `rpm -qcf PATH` */
  readonly rpmConfig: string | null;
}

/** Package that dpkg says has the path; null for none. */
export function dpkgOwner(answer: string | null, path: string): string | null {
  for (const line of answer?.split('\n') ?? []) {
    const [, names = '', said = ''] = /^(?!diversion by )([^/]+?): (\/.*)$/.exec(line) ?? [];
    if (said === path) return names.split(', ')[0]?.replace(/:[a-z0-9-]+$/, '') ?? null;
  }
  return null;
}

/** The package that brought the file. One of its configuration files stays as people change it (deb-conffiles(5), %config of rpm). */
export function packageOwning(target: string, answers: PackageAnswers): OwnedTarget | null {
  const byDpkg = dpkgOwner(answers.dpkgSearch, target);
  if (byDpkg !== null) return owned(target, byDpkg, names(answers.dpkgConffiles).includes(target));
  const byRpm = /^[\w.+-]+$/.exec(answers.rpmOwner?.trim().split('\n')[0] ?? '')?.[0];
  if (byRpm === undefined) return null;
  return owned(target, byRpm, names(answers.rpmConfig).includes(target));
}

const names = (answer: string | null): string[] =>
  (answer ?? '').split('\n').map((line) => line.trim().split(' ')[0] ?? '');

const owned = (target: string, name: string, isConfiguration: boolean): OwnedTarget => ({
  kind: 'package',
  manager: `the package ${name}`,
  target,
  putsBack: !isConfiguration,
});
