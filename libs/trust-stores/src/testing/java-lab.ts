import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestAuthority } from './authorities.ts';
import { DEBIAN, makeTestHost, type TestHost } from './host.ts';

/** The real one, of the JDK that these tests need. */
const REAL_KEYTOOL = '/usr/bin/keytool';
const REAL_JAVA = '/usr/bin/java';
const REAL_JAVAC = '/usr/bin/javac';
/** A third of a JVM's start goes to its better compiler. */
const QUICK = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
const QUICK_TOOL = QUICK.map((option) => `-J${option}`);
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
}

export interface ImportHow {
  readonly alias: string;
  readonly format?: KeystoreFormat;
  readonly password?: string;
}

export function makeJavaLab(): JavaLab {
  const host = makeTestHost(DEBIAN);
  const keytool = (...args: string[]): string =>
    run(REAL_KEYTOOL, [
      ...QUICK_TOOL,
      ...args,
      ...(args.includes('-storepass') ? [] : ['-storepass', 'changeit']),
    ]);
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
  };
}

/** A compiled program for many questions; `dispose` deletes it. */
export interface JavaProgram {
  /** Subjects that a real Java trusts when it is given this trust store and no password, as its own trust manager has them, sorted. */
  trusted(keystore: string): readonly string[];
  dispose(): void;
}

export function makeJavaProgram(): JavaProgram {
  const directory = mkdtempSync(join(tmpdir(), 'trustfleet-java-'));
  const source = join(directory, 'Trusted.java');
  writeFileSync(source, TRUSTED);
  run(REAL_JAVAC, [...QUICK_TOOL, '-d', directory, source]);
  return {
    trusted(keystore) {
      const printed = run(REAL_JAVA, [
        ...QUICK,
        `-Djavax.net.ssl.trustStore=${keystore}`,
        '-cp',
        directory,
        'Trusted',
      ]);
      return printed.split('\n').filter(Boolean).toSorted();
    },
    dispose() {
      rmSync(directory, { recursive: true, force: true });
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
