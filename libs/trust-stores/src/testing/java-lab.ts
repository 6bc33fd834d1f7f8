import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TestAuthority } from './authorities.ts';
import { DEBIAN, makeTestHost, type TestHost } from './host.ts';

/** The real one, of the JDK that these tests need. */
export const REAL_KEYTOOL = '/usr/bin/keytool';
const REAL_JAVA = '/usr/bin/java';
const OPEN_PKCS12 = [
  '-J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE',
  '-J-Dkeystore.pkcs12.macAlgorithm=NONE',
];

export type KeystoreFormat = 'JKS' | 'open PKCS#12' | 'encrypted PKCS#12' | 'JCEKS';

const FORMATS: Readonly<Record<KeystoreFormat, readonly string[]>> = {
  JKS: ['-storetype', 'JKS'],
  'open PKCS#12': ['-storetype', 'PKCS12', ...OPEN_PKCS12],
  'encrypted PKCS#12': ['-storetype', 'PKCS12'],
  JCEKS: ['-storetype', 'JCEKS'],
};

export interface JavaLab extends TestHost {
  /** A Java of the test's tree: a release file, and a `bin/keytool` that leads to the real one. Gives the path of its cacerts. */
  home(path: string, version?: string): string;
  /** `keytool -importcert` into a keystore, which is made when it is missing. */
  imports(path: string, authority: TestAuthority, how: ImportHow): void;
  /** The real keytool with the usual password. Throws with what it printed. */
  keytool(...args: string[]): string;
  /** Subjects that a real Java trusts when it is given no password, as its own trust manager has them, sorted. */
  trustedByJava(path: string): readonly string[];
}

export interface ImportHow {
  readonly alias: string;
  readonly format?: KeystoreFormat;
  readonly password?: string;
}

export function makeJavaLab(): JavaLab {
  const host = makeTestHost(DEBIAN);
  const keytool = (...args: string[]): string =>
    run(REAL_KEYTOOL, args.includes('-storepass') ? args : [...args, '-storepass', 'changeit']);
  return {
    ...host,
    keytool,
    home(path, version = '17.0.9') {
      host.put(`${path}/release`, `IMPLEMENTOR="Test Vendor"\nJAVA_VERSION="${version}"\n`);
      mkdirSync(host.at(`${path}/lib/security`), { recursive: true });
      mkdirSync(host.at(`${path}/conf`), { recursive: true });
      mkdirSync(host.at(`${path}/bin`), { recursive: true });
      symlinkSync(REAL_KEYTOOL, host.at(`${path}/bin/keytool`));
      return `${path}/lib/security/cacerts`;
    },
    imports(path, authority, { alias, format = 'JKS', password = 'changeit' }) {
      mkdirSync(dirname(host.at(path)), { recursive: true });
      const file = host.put('tmp/import.pem', authority.pem);
      const how = existsSync(host.at(path)) && format !== 'open PKCS#12' ? [] : FORMATS[format];
      keytool(
        '-importcert',
        '-noprompt',
        ...how,
        '-alias',
        alias,
        '-file',
        file,
        '-keystore',
        host.at(path),
        '-storepass',
        password,
      );
    },
    trustedByJava(path) {
      const source = host.put('tmp/Trusted.java', TRUSTED);
      const printed = run(REAL_JAVA, [`-Djavax.net.ssl.trustStore=${host.at(path)}`, source]);
      return printed.split('\n').filter(Boolean).toSorted();
    },
  };
}

/** What any program of that Java starts from (JSSE Reference Guide, "Default truststore"). */
const TRUSTED = `
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.*;
public class Trusted {
  public static void main(String[] args) throws Exception {
    TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init((KeyStore) null);
    for (TrustManager manager : factory.getTrustManagers())
      for (X509Certificate certificate : ((X509TrustManager) manager).getAcceptedIssuers())
        System.out.println(certificate.getSubjectX500Principal());
  }
}
`;

function run(program: string, args: readonly string[]): string {
  const env = { LC_ALL: 'C.UTF-8', PATH: '/usr/bin:/bin' };
  const ran = spawnSync(program, args, { encoding: 'utf8', env, timeout: 60_000, input: '' });
  if (ran.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}
