import type { KnownAnchor } from './known-bad.ts';

/** What of a certificate is looked at. */
export interface DesktopShape {
  readonly subject: string;
  readonly issuer: string;
  readonly selfSigned: boolean;
  readonly isAuthority: boolean;
  readonly serial: string;
  readonly keyType: string;
  readonly keyBits: number | null;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const SUBJECT = 'C=US, ST=California, L=San Rafael, O=Autodesk, OU=Shotgun Software, CN=localhost';
const TEN_YEARS_MS = 10 * 365 * 24 * 60 * 60 * 1000;

export const SHOTGRID_DESKTOP: KnownAnchor = {
  name: 'ShotGrid Desktop (localhost)',
  note: 'It has every mark of the certificate that ShotGrid Desktop makes for its own web socket on localhost; each account has another one.',
};

/**
 * Each ShotGrid Desktop makes one for the account it runs in (tk-framework-desktopserver, certificates.py; shotgrid.md "Browser
 * integration"), so there is no fingerprint to know it by. All of these must fit: the six names in that order, self-signed, serial 1000,
 * RSA 2048, 3650 days to the second, no basicConstraints. Anybody can make one like it, so the caller asks also that it lies in an
 * account's own store, where Desktop puts it and where only that account's programs see it.
 */
export function looksLikeShotgridDesktop(facts: DesktopShape): boolean {
  const lifetime = facts.notAfter.getTime() - facts.notBefore.getTime();
  return (
    facts.subject === SUBJECT &&
    facts.issuer === SUBJECT &&
    facts.selfSigned &&
    !facts.isAuthority &&
    facts.serial === '03E8' &&
    facts.keyType === 'rsa' &&
    facts.keyBits === 2048 &&
    Math.abs(lifetime - TEN_YEARS_MS) <= 1000
  );
}
