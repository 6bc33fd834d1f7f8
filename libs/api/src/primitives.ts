import { z } from 'zod';

/** Every failure of the API has this shape; `id` is in the server's log beside the cause. */
export const problem = z.object({
  id: z.string(),
  status: z.int(),
  /** Machine-readable, stable: the dashboard's catalogue has a sentence for each. */
  code: z.string(),
  /** English sentence: what happened, where, what to do next. */
  message: z.string(),
  issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problem>;

export const pageQuery = z.object({
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  pageSize: z.coerce.number().int().min(1).max(200).default(25),
});

export function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), total: z.int(), page: z.int(), pageSize: z.int() });
}

export const instant = z.iso.datetime();
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
