import { createHash, X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import type { SystemSection, TrustStoresSection, PythonsSection } from '@trustfleet/protocol';
import { canonicalJson } from '@trustfleet/signing';

/** Exact canonical bytes as text, and their SHA-256. */
export interface SimSection {
  readonly digest: string;
  readonly body: string;
}

/** Python environments of a workstation: about 10 KB as canonical JSON. */
const PYTHONS = 20;
/** Stands for the one changing value in a body that is made once, and occurs nowhere else in it. */
const MARKER = 'the-value-that-changes';

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function sectionOf(value: unknown): SimSection {
  const body = canonicalJson(value);
  return { body, digest: sha256(body) };
}

function system(hostname: string): SystemSection {
  return {
    hostname,
    manufacturer: 'Simulated',
    model: 'Workstation',
    virtual: true,
    os: {
      platform: 'linux',
      distribution: 'Debian GNU/Linux',
      release: '12',
      codename: 'bookworm',
      kernel: '6.1.0',
      architecture: 'x64',
    },
    cpu: { brand: null, cores: 16 },
    memoryBytes: 68_719_476_736,
    interfaces: [{ name: 'eth0', mac: '02:00:00:00:00:01' }],
  };
}

/** The simulated store holds the roots that come with Node: about what a distribution ships, and every process has the same. DER by SHA-256. */
let roots: ReadonlyMap<string, Uint8Array> | undefined;
export function rootCertificatesBySha256(): ReadonlyMap<string, Uint8Array> {
  return (roots ??= new Map(
    rootCertificates.map((pem) => {
      const { raw } = new X509Certificate(pem);
      return [createHash('sha256').update(raw).digest('hex'), raw];
    }),
  ));
}

function trustStores(bundleSha256: string): TrustStoresSection {
  const path = '/etc/ssl/certs/ca-certificates.crt';
  const bundle = {
    path,
    realPath: path,
    state: 'read' as const,
    detail: null,
    sha256: bundleSha256,
    size: 213_777,
    anchors: [...rootCertificatesBySha256().keys()].sort(),
    problems: [],
    opensslAccepts: true,
  };
  return {
    stores: [
      {
        id: 'debian',
        driver: 'debian',
        operatingSystem: true,
        name: 'Debian CA certificates',
        bundle,
        anchorDirectory: '/usr/local/share/ca-certificates',
        localAnchors: [],
        cannotChange: null,
      },
    ],
  };
}

function pythons(changing: string): PythonsSection {
  return {
    pythons: Array.from({ length: PYTHONS }, (_, index) => ({
      path: `/opt/studio/venv-${index}/bin/python3`,
      realPath: '/usr/bin/python3.11',
      kind: 'venv' as const,
      version: '3.11.2',
      implementation: 'cpython',
      openssl: 'OpenSSL 3.0.19 27 Jan 2026',
      verifyPaths: {
        cafile: null,
        capath: '/usr/lib/ssl/certs',
        opensslCafile: '/usr/lib/ssl/cert.pem',
        opensslCapath: '/usr/lib/ssl/certs',
      },
      packages: [
        {
          name: 'certifi' as const,
          version: index === 0 ? changing : '2026.1.4',
          location: `/opt/studio/venv-${index}/lib/python3.11/site-packages/certifi`,
        },
      ],
      facts: 'run' as const,
      notRunBecause: null,
    })),
  };
}

/** Sections that stay as they are for the life of the process. All hosts share them, but for their own `system`. */
export function baseSections(hostname: string): ReadonlyMap<string, SimSection> {
  return new Map([...shared(), ['system', sectionOf(system(hostname))]]);
}

let sharedSections: readonly (readonly [string, SimSection])[] | undefined;
function shared(): readonly (readonly [string, SimSection])[] {
  return (sharedSections ??= [
    ['trustStores', sectionOf(trustStores(sha256('bundle')))],
    ['bundles', sectionOf({ bundles: [] })],
    ['pythons', sectionOf(pythons('2026.1.4'))],
    ['variables', sectionOf({ variables: [] })],
  ]);
}

/** What a simulated host changes: `pythons` after a package update, `trustStores` after a change of its CA bundle. */
export type ChangingSection = 'pythons' | 'trustStores';

/** Makes bodies of about 10 KB that differ in one value: the rest is text made once. */
export class ChangingBody {
  readonly name: ChangingSection;
  private readonly before: string;
  private readonly after: string;

  constructor(name: ChangingSection) {
    this.name = name;
    const marker = name === 'pythons' ? MARKER : sha256(MARKER);
    const body = canonicalJson(name === 'pythons' ? pythons(marker) : trustStores(marker));
    const [before = '', after = ''] = body.split(marker);
    this.before = before;
    this.after = after;
  }

  /** `version` differs each time in the whole fleet. */
  next(version: string): SimSection {
    const value = this.name === 'pythons' ? version : sha256(version);
    const body = this.before + value + this.after;
    return { body, digest: sha256(body) };
  }
}
