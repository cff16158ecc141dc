import * as z from 'zod';

/** Languages that pages are written in, the one of the source first. */
export const pageLanguages = ['en', 'de'] as const;

/** [pages]: how pages look, and what else they say. */
export const pages = z
  .strictObject({
    language: z
      .enum(['auto', ...pageLanguages])
      .default('auto')
      .meta({
        says: '"auto": what the browser asks for, unless somebody chooses another at the foot of a page. Otherwise the one language of all pages.',
      }),
  })
  .prefault({});
