/**
 * What products that open TLS write into the names of their roots. Words of whoever made the certificate: they make an anchor worth a
 * look and never more than that. Makers that also have public roots or other certificates (Cisco, Cloudflare, Symantec) are named by
 * the product.
 */
const VENDORS: readonly (readonly [maker: string, words: RegExp])[] = [
  ['Zscaler', /zscaler/i],
  ['Netskope', /netskope|goskope/i],
  ['Palo Alto Networks', /palo ?alto networks|prisma access/i],
  ['Fortinet', /fortinet|forti(gate|proxy|sase|web)/i],
  ['Cisco Umbrella', /cisco umbrella|opendns/i],
  ['Cisco Secure Web Appliance', /ironport|cisco secure web/i],
  ['Blue Coat', /blue ?coat|proxysg/i],
  ['Symantec Web Security Service', /symantec (web security|wss)|broadcom (web security|cloud swg)/i],
  ['Sophos', /sophos|cyberoam/i],
  ['Kaspersky', /kaspersky/i],
  ['ESET', /\beset\b/i],
  ['Bitdefender', /bitdefender/i],
  ['Avast', /\bavast/i],
  ['AVG', /\bavg (technologies|web|antivirus)/i],
  ['Norton', /norton (web|antivirus|security)|nortonlifelock/i],
  ['McAfee, Skyhigh', /mcafee|skyhigh security/i],
  ['Trend Micro', /trend ?micro/i],
  ['Forcepoint', /forcepoint|websense/i],
  ['Check Point', /check point/i],
  ['Barracuda', /barracuda/i],
  ['Cloudflare Gateway', /cloudflare (for teams|gateway|warp|zero trust|corporate)|gateway ca - cloudflare/i],
  ['iboss', /\biboss/i],
  ['SonicWall', /sonicwall/i],
  ['WatchGuard', /watchguard/i],
  ['Smoothwall', /smoothwall/i],
  ['Untangle', /untangle/i],
  ['Menlo Security', /menlo security/i],
  ['Cato Networks', /cato networks/i],
  ['Sangfor', /sangfor/i],
  ['Securly', /securly/i],
  ['Lightspeed Systems', /lightspeed systems/i],
  ['Dr.Web', /dr\.? ?web/i],
  ['AdGuard', /adguard/i],
  ['Fiddler', /fiddler/i],
  ['Charles Proxy', /charles proxy/i],
  ['mitmproxy', /mitmproxy/i],
  ['Burp Suite', /portswigger/i],
  ['ZAP', /zed attack proxy|zap root ca/i],
  ['Proxyman', /proxyman/i],
  ['Squid', /\bsquid\b/i],
];

/** The maker that the certificate's subject names; null when it names none. Nothing is proved by it. */
export function claimedVendor(subject: string): string | null {
  return VENDORS.find(([, words]) => words.test(subject))?.[0] ?? null;
}
