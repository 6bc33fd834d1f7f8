const HEAD_BYTES = 4096;
/** As curl's mk-ca-bundle writes it: `## Certificate data from Mozilla as of: Tue Jul 22 03:12:07 2026 GMT` (`last updated on:` since 2024). */
const DATE_LINE =
  /^## Certificate data from Mozilla (?:as of|last updated on): [A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) \d{2}:\d{2}:\d{2} (\d{4}) GMT\r?$/m;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The day that the head of a cacert.pem states, `YYYY-MM-DD`; null where it states none. */
export function publishedInHeader(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES)).toString('latin1');
  const [, month = '', day = '', year = ''] = DATE_LINE.exec(head) ?? [];
  const number = MONTHS.indexOf(month) + 1;
  if (number === 0) return null;
  const date = `${year}-${String(number).padStart(2, '0')}-${day.padStart(2, '0')}`;
  const parsed = new Date(`${date}T00:00:00.000Z`);
  return Number.isNaN(parsed.getTime()) || !parsed.toISOString().startsWith(date) ? null : date;
}
