import {
  createIssuer,
  type CertificateWish,
  type IssuedCertificate,
  type Issuer,
  type LabCertificate,
} from './certificates.ts';

/** One server: the name by which it is asked, what it presents, and to whom it presents something else. */
export interface LabChain {
  readonly id: string;
  /** Name or address that clients use. */
  readonly host: string;
  /** Leaf first; the leaf's key is the server's. */
  readonly chain: readonly LabCertificate[];
  /** Shown to a client that names no server, or another one; the same where absent. */
  readonly withoutName?: readonly LabCertificate[];
}

/** Who marks which source of trust: a server of a marker verifies for those clients alone that read that source. */
export const MARKERS = [
  'default',
  'defaultDir',
  'sslFile',
  'sslDir',
  'shotgun',
  'httplib2',
  'requests',
  'curl',
  'pip',
  'nodeExtra',
  'aws',
  'argument',
  'certifi',
  'pipCertifi',
  'apiCertifi',
  'apiCacerts',
  'apiCacerts2',
  'apiCacerts3',
  'botocore',
  'locater',
  'httplib2Cacerts',
  'oldRequests',
] as const;
export type Marker = (typeof MARKERS)[number];

export interface LabChains {
  readonly chains: readonly LabChain[];
  /** Root of each marker. */
  readonly markers: ReadonlyMap<Marker, LabCertificate>;
  /** Anchors by name, for bundles. */
  readonly anchors: ReadonlyMap<string, LabCertificate>;
}

export const DOMAIN = 'studio.test';
/** Through the proxy of the lab, the first answers in place of the second. */
export const INTERCEPTOR = 'interceptor';
export const INTERCEPTED = 'good';

interface Family {
  readonly issuer: Issuer;
  readonly anchors: Map<string, IssuedCertificate>;
  readonly chains: LabChain[];
}

/** Every chain of the lab. Dates are relative to `now`. */
export async function makeChains(now: Date): Promise<LabChains> {
  const family: Family = { issuer: await createIssuer(now), anchors: new Map(), chains: [] };
  const markers = new Map<Marker, IssuedCertificate>();
  for (const marker of MARKERS) {
    const root = await family.issuer.issue({ name: `Marker ${marker}`, kind: 'authority' });
    markers.set(marker, root);
    await serve(family, { id: `marker-${marker}`, issuer: root });
  }
  const studio = await makeStudio(family);
  await makeDates(family, studio);
  await makeNames(family, studio);
  await makeStrangers(family, studio);
  await makeCrossSigned(family);
  await makeProfiles(family);
  await makeBroken(family, studio);
  return { chains: family.chains, markers, anchors: family.anchors };
}

interface Studio {
  readonly root: IssuedCertificate;
  readonly issuing: IssuedCertificate;
}

type Wish = Partial<Omit<CertificateWish, 'issuer'>> & {
  readonly id: string;
  readonly issuer: IssuedCertificate;
  /** Sent behind the leaf. */
  readonly send?: readonly LabCertificate[];
  readonly host?: string;
  readonly withoutName?: readonly LabCertificate[];
};

async function serve(family: Family, wish: Wish): Promise<IssuedCertificate> {
  const {
    id,
    issuer,
    send = [],
    host = `${wish.id.toLowerCase()}.${DOMAIN}`,
    withoutName,
    ...leafWish
  } = wish;
  const leaf = await family.issuer.issue({ name: host, kind: 'server', names: [host], ...leafWish, issuer });
  family.chains.push({ id, host, chain: [leaf, ...send], ...(withoutName ? { withoutName } : {}) });
  return leaf;
}

async function authority(
  family: Family,
  wish: Partial<CertificateWish> & { readonly name: string; readonly anchor?: string },
): Promise<IssuedCertificate> {
  const { anchor, ...rest } = wish;
  const made = await family.issuer.issue({ kind: 'authority', ...rest });
  if (anchor !== undefined) family.anchors.set(anchor, made);
  return made;
}

async function makeStudio(family: Family): Promise<Studio> {
  const root = await authority(family, { name: 'Studio Root', anchor: 'studio' });
  const issuing = await authority(family, { name: 'Studio Issuing', issuer: root, anchor: 'issuing' });
  await serve(family, { id: 'good', issuer: issuing, send: [issuing] });
  await serve(family, { id: 'good-direct', issuer: root });
  await serve(family, { id: 'no-intermediate', issuer: issuing });
  await serve(family, { id: 'root-sent', issuer: issuing, send: [issuing, root] });
  const lone = await family.issuer.issue({
    name: `self-signed.${DOMAIN}`,
    kind: 'server',
    names: [`self-signed.${DOMAIN}`],
  });
  family.chains.push({ id: 'self-signed', host: `self-signed.${DOMAIN}`, chain: [lone] });
  const pinned = await family.issuer.issue({
    name: `self-pinned.${DOMAIN}`,
    kind: 'server',
    names: [`self-pinned.${DOMAIN}`],
  });
  family.anchors.set('pinned', pinned);
  family.chains.push({ id: 'self-pinned', host: `self-pinned.${DOMAIN}`, chain: [pinned] });
  return { root, issuing };
}

async function makeDates(family: Family, { root, issuing }: Studio): Promise<void> {
  await serve(family, { id: 'expired-leaf', issuer: issuing, send: [issuing], from: -90, to: -2 });
  await serve(family, { id: 'future-leaf', issuer: issuing, send: [issuing], from: 3, to: 90 });
  const past = await authority(family, { name: 'Past Issuing', issuer: root, from: -900, to: -5 });
  await serve(family, { id: 'expired-intermediate', issuer: past, send: [past] });
  const coming = await authority(family, { name: 'Coming Issuing', issuer: root, from: 5 });
  await serve(family, { id: 'future-intermediate', issuer: coming, send: [coming] });
  const old = await authority(family, { name: 'Old Root', anchor: 'expiredRoot', from: -900, to: -5 });
  await serve(family, { id: 'expired-root', issuer: old });
  await serve(family, { id: 'expired-root-sent', issuer: old, send: [old] });
  await serve(family, { id: 'expired-both', issuer: old, from: -90, to: -2 });
  // Reissued: the same name and key, a new term; a bundle may hold either or both.
  const before = await authority(family, {
    name: 'Reissued Root',
    key: 'reissued',
    anchor: 'reissuedOld',
    from: -900,
    to: -5,
  });
  await authority(family, { name: 'Reissued Root', key: 'reissued', anchor: 'reissuedNew' });
  await serve(family, { id: 'reissued', issuer: before });
  await serve(family, { id: 'reissued-old-sent', issuer: before, send: [before] });
}

async function makeNames(family: Family, { issuing }: Studio): Promise<void> {
  const from = { issuer: issuing, send: [issuing] };
  await serve(family, { id: 'wrong-name', ...from, names: [`other.${DOMAIN}`] });
  await serve(family, { id: 'no-san', ...from, names: [] });
  await serve(family, { id: 'no-san-wrong', ...from, names: [], name: `other.${DOMAIN}` });
  await serve(family, { id: 'cn-beside-san', ...from, names: [`elsewhere.${DOMAIN}`] });
  await serve(family, { id: 'wildcard', ...from, names: [`*.${DOMAIN}`] });
  await serve(family, { id: 'wildcard-deep', ...from, host: `a.deep.${DOMAIN}`, names: [`*.${DOMAIN}`] });
  await serve(family, { id: 'wildcard-part', ...from, names: [`wild*.${DOMAIN}`] });
  await serve(family, { id: 'upper-case', ...from, names: [`UPPER-CASE.Studio.TEST`] });
  await serve(family, { id: 'ip-san', ...from, host: '127.0.0.1', names: ['127.0.0.1'] });
  await serve(family, { id: 'ip-without-san', ...from, host: '127.0.0.1', names: [`site.${DOMAIN}`] });
  await serve(family, { id: 'ip-in-cn', ...from, host: '127.0.0.1', names: [], name: '127.0.0.1' });
}

async function makeStrangers(family: Family, { root, issuing }: Studio): Promise<void> {
  const stranger = await authority(family, { name: 'Stranger Root' });
  const between = await authority(family, { name: 'Stranger Issuing', issuer: stranger });
  await serve(family, { id: 'stranger', issuer: between, send: [between] });
  await serve(family, { id: 'stranger-root-sent', issuer: between, send: [between, stranger] });
  await serve(family, { id: 'stranger-leaf-only', issuer: stranger });
  await serve(family, { id: 'stranger-expired', issuer: stranger, from: -90, to: -2 });
  await serve(family, { id: 'stranger-wrong-name', issuer: stranger, names: [`other.${DOMAIN}`] });
  await serve(family, { id: 'extra', issuer: issuing, send: [stranger, between, issuing] });
  await serve(family, { id: 'reversed', issuer: issuing, send: [root, issuing] });
  await serve(family, { id: 'doubled', issuer: issuing, send: [issuing, issuing, root] });
  const proxy = await authority(family, { name: 'Inspecting Proxy Root', anchor: 'proxy' });
  await serve(family, { id: 'intercepted', issuer: proxy });
  await serve(family, { id: 'intercepted-root-sent', issuer: proxy, send: [proxy] });
  // What the inspecting proxy shows in place of `good`.
  await serve(family, { id: INTERCEPTOR, issuer: proxy, host: `${INTERCEPTED}.${DOMAIN}` });
  const name = (host: string, issuer: IssuedCertificate): Promise<IssuedCertificate> =>
    family.issuer.issue({ name: host, kind: 'server', names: [host], issuer });
  await serve(family, {
    id: 'sni-stranger',
    issuer: issuing,
    send: [issuing],
    withoutName: [await name(`default.${DOMAIN}`, stranger)],
  });
  await serve(family, {
    id: 'sni-other-name',
    issuer: issuing,
    send: [issuing],
    withoutName: [await name(`default.${DOMAIN}`, issuing), issuing],
  });
}

/** Y is issued by X, which is a root of its own and is cross-signed by O (failures.md §7.3). */
async function makeCrossSigned(family: Family): Promise<void> {
  const terms = [
    { id: 'cross', old: {}, cross: {} },
    { id: 'cross-old-expired', old: { from: -900, to: -5 }, cross: {} },
    { id: 'cross-expired', old: {}, cross: { from: -900, to: -5 } },
  ];
  for (const { id, old, cross } of terms) {
    const o = await authority(family, { name: `Old ${id}`, anchor: `${id}:old`, ...old });
    const x = await authority(family, { name: `New ${id}`, key: id, anchor: `${id}:new` });
    const crossed = await authority(family, { name: `New ${id}`, key: id, issuer: o, ...cross });
    const y = await authority(family, { name: `Issuing ${id}`, issuer: x });
    await serve(family, { id, issuer: y, send: [y, crossed] });
    await serve(family, { id: `${id}-not-sent`, issuer: y, send: [y] });
    await serve(family, { id: `${id}-root-sent`, issuer: y, send: [y, crossed, o] });
  }
  // Two roots that signed each other.
  const a = await authority(family, { name: 'Mutual A', key: 'mutual-a', anchor: 'mutual:a' });
  const b = await authority(family, { name: 'Mutual B', key: 'mutual-b', anchor: 'mutual:b' });
  const aByB = await authority(family, { name: 'Mutual A', key: 'mutual-a', issuer: b });
  const bByA = await authority(family, { name: 'Mutual B', key: 'mutual-b', issuer: a });
  await serve(family, { id: 'mutual', issuer: a, send: [aByB, bByA] });
  await serve(family, { id: 'mutual-reversed', issuer: a, send: [bByA, aByB] });
}

/** What RFC 5280 asks for and old proxies leave out (python-tls.md §3), and what is too weak. */
async function makeProfiles(family: Family): Promise<void> {
  for (const without of ['aki', 'ski', 'keyUsage', 'critical'] as const) {
    const id = `no-${without.toLowerCase()}`;
    const root = await authority(family, { name: `Root ${id}`, anchor: id, without: [without] });
    await serve(family, { id: `root-${id}`, issuer: root });
    const proper = await authority(family, { name: `Proper ${id}`, anchor: `${id}:proper` });
    const issuing = await authority(family, { name: `Issuing ${id}`, issuer: proper, without: [without] });
    await serve(family, { id: `issuing-${id}`, issuer: issuing, send: [issuing] });
    await serve(family, { id: `leaf-${id}`, issuer: proper, without: [without] });
  }
  const bare = ['aki', 'ski', 'keyUsage', 'critical'] as const;
  const old = await authority(family, { name: 'Root bare', anchor: 'bare', without: bare });
  await serve(family, { id: 'bare', issuer: old, without: bare });
  const plain = await authority(family, {
    name: 'Root without constraints',
    anchor: 'noConstraints',
    without: ['basicConstraints', 'keyUsage'],
  });
  await serve(family, { id: 'root-no-constraints', issuer: plain });
  await makeWeak(family);
}

async function makeWeak(family: Family): Promise<void> {
  const strong = await authority(family, { name: 'Root weak', anchor: 'weak' });
  await serve(family, { id: 'weak-leaf', issuer: strong, rsaBits: 1024 });
  const small = await authority(family, { name: 'Issuing small', issuer: strong, rsaBits: 1024 });
  await serve(family, { id: 'weak-issuing', issuer: small, send: [small] });
  const smallRoot = await authority(family, { name: 'Root small', anchor: 'smallRoot', rsaBits: 1024 });
  await serve(family, { id: 'weak-root', issuer: smallRoot });
  const digestRoot = await authority(family, {
    name: 'Root digest',
    anchor: 'digestRoot',
    rsaBits: 2048,
    sha1: true,
  });
  await serve(family, { id: 'weak-digest-leaf', issuer: digestRoot, sha1: true });
  const digest = await authority(family, { name: 'Issuing digest', issuer: digestRoot, sha1: true });
  await serve(family, { id: 'weak-digest-issuing', issuer: digest, send: [digest] });
  const modern = await authority(family, {
    name: 'Root with weak own signature',
    anchor: 'digestOwn',
    sha1: true,
  });
  await serve(family, { id: 'weak-digest-root', issuer: modern });
}

async function makeBroken(family: Family, { root, issuing }: Studio): Promise<void> {
  for (const [id, constraints] of [
    ['constrained-in', { permitted: [DOMAIN] }],
    ['constrained-out', { permitted: ['elsewhere.test'] }],
    ['constrained-excluded', { excluded: [DOMAIN] }],
  ] as const) {
    const limited = await authority(family, { name: `Issuing ${id}`, issuer: root, constraints });
    await serve(family, { id, issuer: limited, send: [limited] });
    const limitedRoot = await authority(family, { name: `Root ${id}`, anchor: id, constraints });
    await serve(family, { id: `${id}-root`, issuer: limitedRoot });
  }
  const short = await authority(family, { name: 'Issuing path 0', issuer: root, pathLength: 0 });
  const beyond = await authority(family, { name: 'Issuing beyond', issuer: short });
  await serve(family, { id: 'path-length', issuer: beyond, send: [beyond, short] });
  const unable = await authority(family, { name: 'Issuing no sign', issuer: root, without: ['certSign'] });
  await serve(family, { id: 'no-cert-sign', issuer: unable, send: [unable] });
  const server = await family.issuer.issue({ name: 'A server', kind: 'server', issuer: root });
  await serve(family, { id: 'issued-by-server', issuer: server, send: [server] });
  await serve(family, { id: 'client-only', issuer: issuing, send: [issuing], clientOnly: true });
  const forger = await authority(family, { name: 'Forger' });
  await serve(family, { id: 'forged', issuer: issuing, send: [issuing], forgedBy: forger });
  // A proxy that made itself a new key under its old name: the bundle holds the old one.
  const held = await authority(family, { name: 'Rekeyed Root', anchor: 'rekeyed' });
  const shown = await authority(family, { name: 'Rekeyed Root' });
  await serve(family, { id: 'rekeyed', issuer: shown });
  await serve(family, { id: 'rekeyed-sent', issuer: shown, send: [shown] });
  await serve(family, { id: 'rekeyed-no-aki', issuer: shown, without: ['aki'] });
  await serve(family, { id: 'rekeyed-old-sent', issuer: shown, send: [held] });
}
