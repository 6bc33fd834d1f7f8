import { z } from 'zod';
import { instant } from './primitives.ts';

/** First administrator, by the one-time link that the server printed. */
export const setupRequest = z.object({
  token: z.string().min(20).max(200),
  name: z.string().trim().min(1).max(100),
  email: z.email().max(200),
  password: z.string().min(12).max(200),
});
/** `needed`: no administrator exists yet. Readable without signing in; says nothing else. */
export const setupStatus = z.object({ needed: z.boolean() });

export const me = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(['administrator']),
});
export type Me = z.infer<typeof me>;

export const createEnrolmentToken = z.object({
  uses: z.int().min(1).max(1000).default(1),
  expiresInHours: z.int().min(1).max(168).default(24),
});
/** `token` is shown once: only its hash is kept. */
export const createdEnrolmentToken = z.object({
  id: z.uuid(),
  token: z.string(),
  command: z.string(),
  expiresAt: instant,
  uses: z.int(),
});
export type CreatedEnrolmentToken = z.infer<typeof createdEnrolmentToken>;
