import type { BundleFile } from '@trustfleet/protocol';
import { count, plain } from '@trustfleet/terminal';

const STATE_WORDS: Record<BundleFile['state'], string> = {
  read: 'readable',
  missing: 'MISSING: there is no such file',
  unreadable: 'UNREADABLE',
  notRegularFile: 'NOT A FILE: a directory, pipe or device stands there',
  tooLarge: 'TOO LARGE to be a bundle',
  empty: 'EMPTY: programs that load it trust nothing',
  der: 'DER: one certificate in binary form, programs expect PEM',
  utf16: 'UTF-16: saved by an editor as Unicode, programs expect plain text',
  noCertificates: 'NO CERTIFICATES in it',
};

/** One line on what a bundle is worth. */
export function bundleSummary(bundle: BundleFile): string {
  if (bundle.state !== 'read') {
    const detail = bundle.detail === null || bundle.state === 'missing' ? '' : ` (${plain(bundle.detail)})`;
    return STATE_WORDS[bundle.state] + detail;
  }
  return `${count(bundle.anchors.length, 'anchor')}${bundle.opensslAccepts ? '' : ', but OpenSSL REFUSES the whole file'}`;
}

/** Damaged blocks by line. */
export const bundleProblems = (bundle: BundleFile): string[] =>
  bundle.problems.slice(0, 5).map((problem) => `line ${problem.line}: ${plain(problem.reason)}`);
