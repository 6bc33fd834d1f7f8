/**
 * Roots that operating systems bring beside the public list: for their makers' own code and services. Windows keeps its maker's in the
 * same place as an administrator's, so that the store alone cannot tell (trust-stores.md §6.2).
 *
 * SHA-256 of DER: Microsoft's 2010 and 2011 roots as its PKI repository publishes them, Apple's as apple.com/certificateauthority does.
 */
export const VENDOR_ROOTS: ReadonlyMap<string, string> = new Map([
  [
    'df545bf919a2439c36983b54cdfc903dfa4f37d3996d8d84b4c31eec6f3c163e',
    'Microsoft Root Certificate Authority 2010',
  ],
  [
    '847df6a78497943f27fc72eb93f9a637320a02b561d0a91b09e87a7807ed7c61',
    'Microsoft Root Certificate Authority 2011',
  ],
  ['b0b1730ecbc7ff4505142c49f1295e6eda6bcaed7e2c68c5be91b5a11001f024', 'Apple Root CA'],
  ['c2b9b042dd57830e7d117dac55ac8ae19407d38e41d88f3215bc3a890444a050', 'Apple Root CA - G2'],
  ['63343abfb89a6a03ebb57e9b3f5fa7be7c4f5c756f3017b3a8c488c3653e9179', 'Apple Root CA - G3'],
]);

/**
 * Those of which only the SHA-1 thumbprint is published: the roots that are the same on every Windows (MITRE ATT&CK, T1553.004 "Install
 * Root Certificate", which was T1130). Two certificates of one SHA-1 can be made, one for a given certificate cannot: SHA-1 resists
 * second preimages, and these certificates were not made by an attacker.
 */
export const VENDOR_ROOTS_BY_SHA1: ReadonlyMap<string, string> = new Map([
  ['CDD4EEAE6000AC7F40C3802C171E30148030C072', 'Microsoft Root Certificate Authority'],
  ['A43489159A520F0D93D032CCAF37E7FE20A8B419', 'Microsoft Root Authority'],
  ['7F88CD7223F3C813818C994614A89C99FA3B5247', 'Microsoft Authenticode(tm) Root Authority'],
  ['245C97DF7514E7CF2DF8BE72AE957B9E04741E85', 'Copyright (c) 1997 Microsoft Corp.'],
  ['18F7C1FCC3090203FD5BAA2F861A754976C8DD25', 'VeriSign Time Stamping, (c) 97'],
  ['BE36A4562FB2EE05DBB3D32323ADF445084ED656', 'Thawte Timestamping CA'],
]);
