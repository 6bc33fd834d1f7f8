import type { UserAccount } from '../../ports.ts';
import { homeOf, type Reader, type Scan } from '../../scan.ts';

const MAX_PEOPLE = 100;

/** Whose files this agent may read. */
export function people(scan: Scan): { readonly account: UserAccount; readonly reader: Reader }[] {
  return scan.accounts
    .filter((account) => account.person)
    .slice(0, MAX_PEOPLE)
    .flatMap((account) => {
      const reader = scan.readerOf(account);
      return reader === undefined ? [] : [{ account, reader }];
    });
}

/** With the rights of the person in whose home it lies, else by who could have put something there. */
export async function readerAt(scan: Scan, path: string): Promise<Reader> {
  const account = homeOf(scan, path);
  return account === null ? await scan.readerFor(path) : (scan.readerOf(account) ?? null);
}
