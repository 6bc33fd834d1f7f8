import { expect, it } from 'vitest';
import { contentSecurityPolicy } from './proxy.ts';

it('lets no script run but by nonce, and no eval in production', () => {
  const policy = new Map(
    contentSecurityPolicy('abc', false)
      .split('; ')
      .map((directive) => [directive.split(' ')[0], directive]),
  );

  expect(policy.get('script-src')).toBe("script-src 'nonce-abc' 'strict-dynamic'");
  expect(policy.get('style-src')).toBe("style-src 'self' 'nonce-abc'");
  expect(policy.get('style-src-attr')).toBe("style-src-attr 'unsafe-inline'");
  expect(policy.get('default-src')).toBe("default-src 'none'");
  expect(policy.get('frame-ancestors')).toBe("frame-ancestors 'none'");
});
