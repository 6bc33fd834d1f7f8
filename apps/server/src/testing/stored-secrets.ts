import { authDatabase, type Database } from '@trustfleet/database';

/** Every stored hash of a token, a password or a host's secret, and every session token. */
export async function storedSecrets(database: Database): Promise<string[]> {
  const client = authDatabase(database) as {
    $queryRawUnsafe: (sql: string) => Promise<{ secret: string }[]>;
  };
  const rows = await client.$queryRawUnsafe(
    `SELECT hash AS secret FROM enrolment_token UNION SELECT hash FROM invitation UNION SELECT hash FROM setup_token
     UNION SELECT secret_hash FROM host UNION SELECT password FROM account UNION SELECT token FROM session`,
  );
  return rows.map(({ secret }) => secret);
}
