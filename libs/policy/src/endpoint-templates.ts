import type { ClientName } from '@trustfleet/protocol';

/** What one endpoint of a studio on ShotGrid is for. Same words as libs/api `endpointPurpose`. */
export type EndpointPurpose =
  'site' | 'media' | 'mediaAccelerated' | 'appStore' | 'packageIndex' | 'packageFiles';

export interface EndpointAddress {
  /** In lower case. */
  readonly host: string;
  readonly port: number;
}

export interface EndpointProposal extends EndpointAddress {
  readonly purpose: EndpointPurpose;
  /** For people. */
  readonly name: string;
  readonly clients: readonly ClientName[];
}

const HTTPS = 443;
/** Sites of today; older ones keep `.shotgunstudio.com` (shotgrid.md §2.7) and are written whole. */
const SITE_SUFFIX = '.shotgrid.autodesk.com';
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The address of a site as people and `shotgun.yml` write it: `studio`, `studio.shotgrid.autodesk.com`, `https://studio.shotgunstudio.com/`,
 * `sg.studio.example:8443`. Null for what is none; credentials in a URL are none of ours, so such a text is none either.
 */
export function siteAddress(text: string): EndpointAddress | null {
  const match = /^(?:(https?):\/\/)?([^/?#@:]+)(?::(\d{1,5}))?(?:[/?#].*)?$/s.exec(text.trim().toLowerCase());
  if (match === null) return null;
  const [, scheme, name = '', digits] = match;
  const host = name.includes('.') ? name : `${name}${SITE_SUFFIX}`;
  const port = portOf(scheme, digits);
  return port !== null && isSiteName(host) ? { host, port } : null;
}

/** Nothing is verified on the port of plain HTTP: the site behind it answers on HTTPS' own. */
function portOf(scheme: string | undefined, digits: string | undefined): number | null {
  if (digits === undefined || (scheme === 'http' && digits === '80')) return HTTPS;
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? port : null;
}

/** Four numbers are an address and no name: a top-level domain is never a number. */
function isSiteName(host: string): boolean {
  const labels = host.split('.');
  return (
    host.length <= 253 && labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1) ?? '')
  );
}

/**
 * The endpoints that a studio with this site needs (shotgrid.md §2.7), with the clients that reach for each (§1.3, §2.5). Null where `site`
 * names none. @param region part of the media bucket's name, e.g. `ireland`
 */
export function endpointTemplates(site: string, region: string): readonly EndpointProposal[] | null {
  const address = siteAddress(site);
  if (address === null) return null;
  const https = (host: string): EndpointAddress => ({ host, port: HTTPS });
  const bucket = `sg-media-${region}`;
  return [
    {
      purpose: 'site',
      name: 'ShotGrid site',
      ...address,
      clients: ['shotgun_api3.crud', 'shotgun_api3.form', 'toolkit.urlopen'],
    },
    {
      purpose: 'media',
      name: 'ShotGrid media',
      ...https(`${bucket}.s3.amazonaws.com`),
      clients: MEDIA_CLIENTS,
    },
    {
      purpose: 'mediaAccelerated',
      name: 'ShotGrid media, accelerated',
      ...https(`${bucket}.s3-accelerate.amazonaws.com`),
      clients: MEDIA_CLIENTS,
    },
    {
      purpose: 'appStore',
      name: 'Toolkit app store',
      ...https('tank.shotgunstudio.com'),
      clients: ['shotgun_api3.crud', 'toolkit.urlopen'],
    },
    { purpose: 'packageIndex', name: 'Python package index', ...https('pypi.org'), clients: ['pip'] },
    {
      purpose: 'packageFiles',
      name: 'Python packages',
      ...https('files.pythonhosted.org'),
      clients: ['pip'],
    },
  ];
}

/** Uploads go there by S3; downloads are led there from the site (FORM, and Toolkit's own `download_url`). */
const MEDIA_CLIENTS: readonly ClientName[] = ['shotgun_api3.form', 'shotgun_api3.s3', 'toolkit.urlopen'];
