/** What an anchor is known to be, and why. */
export interface KnownAnchor {
  readonly name: string;
  /** One English sentence: why, and what to do. */
  readonly note: string;
}

const LEAKED =
  'Its private key is public, so anybody can pass for any site to whoever trusts it: remove it, and the program that brought it.';
const SHARED =
  'It was made to open other people’s connections, and its key is out of its owner’s hands: remove it.';
const STATE =
  'A state had its people install it to read their connections; every browser blocks it: remove it.';
const COMPROMISED =
  'Its operator was broken into in 2011, and certificates for sites of others were made with it: remove it.';

/**
 * By the SHA-256 of the key, so that every certificate of that key is found, renewed and cross-signed ones too. Source: Chromium,
 * net/cert/cert_verify_proc_blocklist.inc and net/data/ssl/blocklist/README.md, which has the certificates and says why; the keys of
 * Superfish and eDellRoot are computed again from their certificates in a test. No entry rests on a name.
 */
export const KNOWN_BAD_KEYS: ReadonlyMap<string, KnownAnchor> = new Map([
  ['4bb8f35ba1e126f8dde1b0c420625ed86dce61a7bddadbdea9aba578ff13145e', leaked('Superfish (Lenovo, 2014)')],
  ['cdee9f3305572a677e1a6c82dc1e02a35b11cae6a684338c9f37fe1ac8daec23', leaked('eDellRoot (Dell, 2015)')],
  [
    '130ad4e0633521290531b6651f5759b0bc7bc656709ff8f365c2143b0389b6f6',
    leaked('DSDTestProvider (Dell, 2015)'),
  ],
  ['0c43ea8bcde9fc3bca165664ac8215567e3489d5393a0c81e1a79141992e1953', leaked('Sennheiser HeadSetup (2017)')],
  [
    '8f591f7aa4dc3efe9490c38a4692c9011ed128f1de595569406d77b6fa1f6b4c',
    leaked('Sennheiser HeadSetup (older)'),
  ],
  ['1af56c98ff043ef92bebff54cebb4dd67a25ba956c817f3e6dd3c1e52eb584c1', leaked('Cyberoam (CVE-2012-3372)')],
  ['707d364e72ae521431dd953897f9c4846d5b8c324298fe53fbd4ada1f2d1157f', leaked('Mitel, Aastra')],
  ['6adb8e3e055460922d1501cb97f94c6a02e39c8f2774ca408825b7b58379dc14', leaked('Mitel')],
  ['490b6ec6beb2d6034720b5149b6b29cd35515988cc16af854148b07b9b1f8a11', leaked('Mitel')],
  ['ef551284715232de92e246c323329362b132493bb16b589e4775520beb871a56', leaked('Mitel')],
  [
    '32ecc96f912f96d889e73088cd031c7ded2c651c805016157a23b6f32f798a3b',
    shared('Trustwave, for interception (2012)'),
  ],
  ['c4387d45364a313fbfe79812b35b815d42852ab03b06f11589638021c8f2cb44', shared('Hacking Team')],
  ['ea08c8d45d52ca593de524f0513ca6418da9859f7b08ef13ff9dd7bf612d6a37', shared('Hacking Team')],
  ['b5ba8dd7f89564c2889d3d6453c84998c77824919b64ea0835aa62986591be50', state('Qaznet Trust Network (2015)')],
  ['8e12d0cb3b7df3ea2257579489fd8658c95603ea6cf4b73163a41eb7b7e93fee', state('Qaznet Trust Network (2019)')],
  ['b13fa2e6131a888a01f3d62056fb0efbe999eb6b6e14927613e02ba8b8fb046e', state('Qaznet Trust Network (2020)')],
  ['a903af8c07bb91b0d9e3f3a30c6d53339fc5bd47e5d6bdb476598860c068a024', compromised('DigiNotar Root CA')],
  ['455b87e96f1cea2f8b6dae0808ec24738fd92b7fd306757198bf389d755c0b6c', compromised('DigiNotar Root CA G2')],
  ['d34b255b2fe7d1a09656cbab6409f73c796ec7d66af73653ecc39af978297310', compromised('DigiNotar Cyber CA')],
  [
    '93ca2d436cae7f68d2b4256ca175c985ce39926dc9f7eeaeecf2f8970fb97802',
    compromised('DigiNotar Services 1024'),
  ],
]);

function leaked(name: string): KnownAnchor {
  return { name, note: LEAKED };
}

function shared(name: string): KnownAnchor {
  return { name, note: SHARED };
}

function state(name: string): KnownAnchor {
  return { name, note: STATE };
}

function compromised(name: string): KnownAnchor {
  return { name, note: COMPROMISED };
}
