import type { PythonEnvironment } from '@trustfleet/protocol';
import { resolveSource, type Consumer, type ResolvedSource } from '../index.ts';
import {
  anchor,
  bad,
  consumerOf,
  directory,
  factsOf,
  installed,
  pem,
  python,
  store,
  type TestFacts,
} from './facts.ts';

/** A host with a studio's file, one bundle for each package, files bad in every way, and Debian's store. */
export const CERTIFI = installed('certifi', '2024.7.4', '/site/certifi/cacert.pem');
export const bundles = [
  pem('/studio.pem', 'studio'),
  pem('/second.pem', 'second'),
  pem('/site/certifi/cacert.pem', 'certifi'),
  pem('/site/pip.pem', 'pip'),
  pem('/site/httplib2.pem', 'httplib2'),
  pem('/site/requests.pem', 'requests'),
  bad('/missing.pem', 'missing'),
  bad('/empty.pem', 'empty'),
  bad('/broken.pem', 'broken'),
  bad('/private.pem', 'unreadable'),
  directory('/hashes', 'hashed'),
];
export const stores = [store('debian', pem('/etc/ssl/certs/ca-certificates.crt', 'os'))];
export const names = (...all: readonly string[]): string[] => all.map(anchor).toSorted();

export interface Ask extends TestFacts {
  readonly client: Consumer['client'];
  readonly version?: string;
  readonly packages?: PythonEnvironment['packages'];
  readonly more?: Partial<PythonEnvironment>;
  readonly set?: Readonly<Record<string, string>> | undefined;
}
export function ask({
  client,
  version = '3.11.7',
  packages = [],
  more = {},
  set = {},
  ...given
}: Ask): ResolvedSource {
  const programs: readonly string[] = ['curl', 'git', 'node'];
  const environment = programs.includes(client) ? null : python(version, { packages, ...more });
  return resolveSource(
    consumerOf(client, { python: environment, set }),
    factsOf({ bundles, stores, ...given }),
  );
}
export const hook = (
  effect: 'truststore' | 'pipSystemCerts' | 'certifiWin32',
): Partial<PythonEnvironment> => ({
  hooks: [{ path: '/site/hook.pth', effect }],
});
