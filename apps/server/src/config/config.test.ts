import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

describe('configuration', () => {
  it('listens on loopback without a certificate', () => {
    const config = readConfig({ TRUSTFLEET_DATA_DIR: '/tmp/x', TRUSTFLEET_TLS_CERT: '' });

    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 4600,
      agentPort: 4601,
      dataDir: '/tmp/x',
      tls: null,
      databaseUrl: null,
    });
    expect(config.dashboardSocket).toBe('/tmp/x/run/dashboard.sock');
  });

  it('opens to other machines with a certificate', () => {
    expect(readConfig({ TRUSTFLEET_TLS_CERT: '/c.pem', TRUSTFLEET_TLS_KEY: '/k.pem' }).host).toBe('0.0.0.0');
  });

  it.each([
    [{ TRUSTFLEET_PORT: 'abc' }, /^TRUSTFLEET_PORT must be a port number/],
    [{ TRUSTFLEET_PORT: '70000' }, /^TRUSTFLEET_PORT must be a port number/],
    [{ TRUSTFLEET_AGENT_PORT: '-1' }, /^TRUSTFLEET_AGENT_PORT must be/],
    [{ TRUSTFLEET_HOST: '0.0.0.0' }, /no certificate: set TRUSTFLEET_TLS_CERT/],
    [{ TRUSTFLEET_TLS_CERT: '/c.pem' }, /belong together/],
    [{ TRUSTFLEET_PUBLIC_URL: 'ftp://x' }, /^TRUSTFLEET_PUBLIC_URL must be an http or https URL/],
    [{ TRUSTFLEET_PUBLIC_URL: 'nonsense' }, /^TRUSTFLEET_PUBLIC_URL/],
    [{ DATABASE_URL: 'mysql://root:hunter2@db/x' }, /^DATABASE_URL must be a PostgreSQL URL/],
    [{ TRUSTFLEET_LOG_LEVEL: 'loud' }, /^TRUSTFLEET_LOG_LEVEL must be/],
    [{ TRUSTFLEET_DATA_DIR: `/${'x'.repeat(120)}` }, /shorter TRUSTFLEET_DATA_DIR/],
  ])('refuses %j in one sentence', (env, message) => {
    expect(() => readConfig(env)).toThrow(ConfigError);
    expect(() => readConfig(env)).toThrow(message);
  });

  it('never repeats a password of the database URL', () => {
    expect(() => readConfig({ DATABASE_URL: 'mysql://root:hunter2@db/x' })).not.toThrow(/hunter2/);
  });
});
