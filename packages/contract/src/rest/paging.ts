import * as z from 'zod';

/** Query of a list; what is no integer is refused with the peer's sentence where the page is read. */
export const pagingQuery = z.object({ offset: z.string().optional(), limit: z.string().optional() });

const next = z.object({ offset: z.number(), limit: z.number(), url: z.string() });

/** A list with its page. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    _pagination: z.object({ offset: z.number(), limit: z.number(), total: z.number(), next: next.nullable() }),
  });
}

/** A list in both forms: bare, and with its page for clients that ask so (peer's contract 2.1). */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.union([z.array(item), pageOf(item)]);
}
