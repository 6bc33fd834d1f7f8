import type { ClientName } from '@trustfleet/protocol';
import { CORE_FEATURES, CORES, ERA_LAYOUTS } from './eras.ts';

/** What one stand is made of. */
export interface StandWish {
  /** e.g. `3.11 requests 2.31.0`. */
  readonly name: string;
  readonly feature: string;
  /** Of PyPI. */
  readonly requirements?: readonly string[];
  /** One of {@link ERA_LAYOUTS}, rebuilt. */
  readonly era?: string;
  /** Version of a rebuilt tk-core. */
  readonly core?: string;
  /** The interpreter's own pip. */
  readonly ownPip?: boolean;
  /** Lines of a `.pth`: code that runs at every start. */
  readonly startUp?: string;
  /** What it starts with keeps its clients from connecting at all. */
  readonly collides?: boolean;
  /** A module that tells httplib2 where its anchors are. */
  readonly locater?: boolean;
  readonly clients: readonly ClientName[];
}

const API: readonly ClientName[] = ['shotgun_api3.crud', 'shotgun_api3.form', 'shotgun_api3.s3'];
const ALL = ['2.7', '3.6', '3.7', '3.8', '3.9', '3.10', '3.11', '3.12', '3.13', '3.14'] as const;

/** Web libraries by the year in which a studio froze them. */
const WEB: readonly {
  readonly name: string;
  readonly features: readonly string[];
  readonly requirements: readonly string[];
}[] = [
  {
    name: 'web 2018',
    features: ['2.7', '3.6', '3.7'],
    requirements: ['requests==2.20.1', 'urllib3==1.24.3', 'certifi==2018.11.29', 'httplib2==0.12.0'],
  },
  {
    name: 'web 2021',
    features: ['2.7', '3.6', '3.7', '3.9', '3.10'],
    requirements: ['requests==2.27.1', 'urllib3==1.26.20', 'certifi==2021.5.30', 'httplib2==0.19.1'],
  },
  {
    name: 'web 2023',
    features: ['3.7', '3.8', '3.9', '3.11', '3.12', '3.13'],
    requirements: ['requests==2.31.0', 'urllib3==2.0.7', 'certifi==2023.7.22', 'httplib2==0.22.0'],
  },
  {
    name: 'web 2024',
    features: ['3.8', '3.11', '3.13'],
    requirements: ['requests==2.32.3', 'urllib3==2.2.3', 'certifi==2024.8.30', 'httplib2==0.22.0'],
  },
  {
    name: 'web today',
    features: ['3.10', '3.11', '3.12', '3.13', '3.14'],
    requirements: ['requests', 'urllib3', 'certifi', 'httplib2'],
  },
];

/** pip as it was shipped and as it is: 24.2 began to use the OS store (python-tls.md §4). */
const PIPS: readonly (readonly [version: string, features: readonly string[]])[] = [
  ['20.3.4', ['2.7', '3.6']],
  ['23.0.1', ['3.7', '3.11']],
  ['23.3.2', ['3.9', '3.12']],
  ['24.1.2', ['3.8', '3.11']],
  ['24.2', ['3.9', '3.10', '3.13']],
  ['25.0.1', ['3.9', '3.11']],
  ['', ['3.11', '3.13', '3.14']],
];

/** Every release of shotgun-api3 on PyPI, with Pythons that can import it and, where it tells, one that cannot (shotgrid.md §1.1). */
const PUBLISHED: readonly (readonly [version: string, features: readonly string[]])[] = [
  ['3.0.14', ['2.7']],
  ['3.0.15', ['2.7']],
  ['3.0.34', ['2.7']],
  ['3.2.2', ['2.7', '3.7', '3.11']],
  ['3.2.4', ['2.7', '3.7', '3.11']],
  ['3.3.3', ['2.7', '3.9']],
  ['3.3.4', ['3.7']],
  ['3.3.5', ['2.7', '3.7', '3.11', '3.12']],
  ['3.3.6', ['2.7', '3.9']],
  ['3.4.0', ['2.7', '3.10']],
  ['3.4.1', ['3.7']],
  ['3.4.2', ['3.9']],
  ['3.5.0', ['3.10']],
  ['3.5.1', ['2.7', '3.7', '3.11']],
  ['3.6.0', ['3.7', '3.9']],
  ['3.6.1', ['3.7', '3.11']],
  ['3.6.2', ['3.9']],
  ['3.7.0', ['3.10']],
  ['3.8.0', ['3.9']],
  ['3.8.1', ['3.6', '3.7', '3.11']],
  ['3.8.2', ['3.7', '3.11']],
  ['3.8.3', ['3.9']],
  ['3.8.4', ['3.7', '3.9', '3.11', '3.13']],
  ['3.8.5', ['3.10', '3.11']],
  ['3.9.0', ['3.7', '3.11', '3.13']],
  ['3.9.1', ['3.9', '3.12']],
  ['3.9.2', ['3.9', '3.13']],
  ['3.10.0', ['3.7', '3.9', '3.11', '3.12', '3.13']],
  ['3.10.2', ['3.11', '3.13']],
  ['3.10.3', ['3.9', '3.11', '3.13', '3.14']],
];

/** Looked at with every setting; the others with those that differ much. */
const THOROUGH =
  /^(2\.7|3\.6|3\.13) as it comes$|^(2\.7 web 2021|3\.7 web 2018|3\.11 web 2023|3\.13 web today)$|rebuilt E[1-7]$|^3\.11 rebuilt|^3\.11 tk-core|^2\.7 shotgun-api3 3\.0\.34$|^3\.11 shotgun-api3 3\.(2\.4|8\.1|8\.4|10\.3)$/;

export function isThorough({ name }: StandWish): boolean {
  return THOROUGH.test(name);
}

const INJECT = 'import truststore; truststore.inject_into_ssl()';

/** Everything that the laboratory can put up; what the machine has no interpreter for is left out by name. */
export function catalogue(): readonly StandWish[] {
  return [...plain(), ...web(), ...pips(), ...injected(), ...cloud(), ...published(), ...rebuilt()];
}

function plain(): StandWish[] {
  return ALL.map((feature) => ({
    name: `${feature} as it comes`,
    feature,
    ownPip: true,
    clients: ['ssl', 'pip'],
  }));
}

function web(): StandWish[] {
  return WEB.flatMap(({ name, features, requirements }) =>
    features.map((feature) => ({
      name: `${feature} ${name}`,
      feature,
      requirements,
      clients: ['requests', 'urllib3', 'httplib2'] as const,
    })),
  );
}

function pips(): StandWish[] {
  return PIPS.flatMap(([version, features]) =>
    features.map((feature) => ({
      name: `${feature} pip ${version || 'today'}`,
      feature,
      requirements: [version === '' ? 'pip' : `pip==${version}`],
      clients: ['pip'] as const,
    })),
  );
}

/** What changes "the trust store" by being there (python-tls.md §4). */
function injected(): StandWish[] {
  const clients: readonly ClientName[] = ['ssl', 'requests', 'urllib3', 'httplib2', 'pip'];
  const web = ['urllib3==2.2.3', 'certifi==2024.8.30', 'httplib2==0.22.0'];
  const truststore = ['3.10', '3.12', '3.13'].map((feature) => ({
    name: `${feature} truststore injected`,
    feature,
    requirements: ['truststore', 'requests==2.32.3', ...web, 'pip==24.1.2'],
    startUp: INJECT,
    clients,
  }));
  const twice = ['==24.2', ''].map((version): StandWish => ({
    name: `3.12 truststore injected, and pip${version.replace('==', ' ') || ' today'} with its own`,
    feature: '3.12',
    requirements: ['truststore', `pip${version}`],
    startUp: INJECT,
    collides: true,
    clients: ['pip'],
  }));
  // Before 5 it patches by wrapt, from 5 on by truststore.
  const systemCerts = [
    { feature: '3.9', version: '4.0', pip: '24.1.2' },
    { feature: '3.11', version: '4.0', pip: '24.1.2' },
    { feature: '3.11', version: '5.2', pip: '24.2' },
  ].map(({ feature, version, pip }) => ({
    name: `${feature} pip-system-certs ${version}`,
    feature,
    requirements: [`pip-system-certs==${version}`, 'requests==2.31.0', ...web, `pip==${pip}`],
    clients,
  }));
  return [...truststore, ...twice, ...systemCerts];
}

function cloud(): StandWish[] {
  return [
    { feature: '3.7', requirements: ['botocore==1.21.65', 'urllib3==1.26.20'] },
    { feature: '3.11', requirements: ['botocore==1.35.99', 'urllib3==2.2.3', 'certifi==2024.8.30'] },
  ].map(({ feature, requirements }) => ({
    name: `${feature} ${requirements[0] ?? ''}`,
    feature,
    requirements,
    clients: ['boto3'] as const,
  }));
}

function published(): StandWish[] {
  return PUBLISHED.flatMap(([version, features]) =>
    features.map((feature) => ({
      name: `${feature} shotgun-api3 ${version}`,
      feature,
      requirements: [`shotgun-api3==${version}`],
      clients: API,
    })),
  );
}

function rebuilt(): StandWish[] {
  const eras = ERA_LAYOUTS.flatMap(({ name, features }) =>
    features.map((feature) => ({ name: `${feature} rebuilt ${name}`, feature, era: name, clients: API })),
  );
  const located = ['E4', 'E6', 'E7'].map((name) => ({
    name: `2.7 rebuilt ${name} with ca_certs_locater`,
    feature: '2.7',
    era: name,
    locater: true,
    clients: API,
  }));
  const beside = ['E6', 'E7'].map((name) => ({
    name: `2.7 rebuilt ${name} with certifi`,
    feature: '2.7',
    era: name,
    requirements: ['certifi==2021.5.30'],
    clients: API,
  }));
  const cores = CORES.flatMap(({ version }) =>
    CORE_FEATURES.map((feature) => ({
      name: `${feature} tk-core ${version}`,
      feature,
      core: version,
      clients: [...API, 'toolkit.urlopen'] as const,
    })),
  );
  return [...eras, ...located, ...beside, ...cores];
}
