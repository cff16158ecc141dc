import * as z from 'zod';

/** Kinds of values that settings share. Each parses what an administrator writes into what the daemons use. */

const sizeUnits: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** `"2G"`, `"512M"`, 1073741824 -> bytes; 0 or "" for no limit. */
export const size = z.union([z.number().int().nonnegative(), z.string()]).transform((value, ctx): number => {
  if (typeof value === 'number') return value;
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(value);
  if (value === '') return 0;
  const unit = match?.[2] === undefined ? undefined : sizeUnits[match[2]];
  if (match?.[1] === undefined || unit === undefined) {
    ctx.addIssue({ code: 'custom', message: 'expected a size such as "512M" or "2G"', input: value });
    return z.NEVER;
  }
  return Math.round(Number(match[1]) * unit);
});

export const seconds = z.number().nonnegative();
export const strings = z.array(z.string());
/** An absolute path without `..`. */
export const absolutePath = z
  .string()
  .refine(
    (path) => path.startsWith('/') && !path.split('/').includes('..') && !path.includes('\0'),
    'expected an absolute path without ".."',
  );
/** Like absolutePath, with a leading `-` for "ignore if missing", as in systemd.exec(5). */
export const unitPath = z
  .string()
  .refine(
    (path) => /^-?\//.test(path) && !path.split('/').includes('..') && !path.includes('\0'),
    'expected an absolute path, with "-" in front if it may be missing',
  );
export const environmentName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected a variable name such as "LANG"');
