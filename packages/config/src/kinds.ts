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
/** An absolute path, or '' for none. */
export const optionalPath = z.union([z.literal(''), absolutePath]);
/** Like absolutePath, with a leading `-` for "ignore if missing", as in systemd.exec(5). */
export const unitPath = z
  .string()
  .refine(
    (path) => /^-?\//.test(path) && !path.split('/').includes('..') && !path.includes('\0'),
    'expected an absolute path, with "-" in front if it may be missing',
  );
export const environmentName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected a variable name such as "LANG"');

/** `SOURCE:PLACE` or `PATH`, with `-` in front if the source may be missing; each side is absolute. */
export const bindPath = z
  .string()
  .refine((text) => parseBind(text) !== null, 'expected "SOURCE:PLACE" or "PATH", absolute and without ".."');

export interface Bind {
  readonly source: string;
  readonly place: string;
  /** Whether the source may be missing. */
  readonly isOptional: boolean;
}

/** Reads a bindPath; null for anything else. */
export function parseBind(text: string): Bind | null {
  const isOptional = text.startsWith('-');
  const [source = '', place = source, ...more] = text.slice(isOptional ? 1 : 0).split(':');
  // Quotes and backslashes mean something where systemd writes paths into a unit file.
  const isPath = (path: string): boolean => /^\/[^\p{Cc}\\"']*$/u.test(path) && !path.split('/').includes('..');
  return more.length === 0 && isPath(source) && isPath(place) ? { source, place, isOptional } : null;
}

/** A program that root runs; `=` would make it an assignment to env(1), which runs it. */
export const hookPath = absolutePath.refine((path) => !path.includes('='), 'expected a path without "="');
export const devicePath = z
  .string()
  .regex(
    /^(-?\/dev\/(?!.*\.\.)[A-Za-z0-9/_.:-]+|(char|block)-[A-Za-z0-9_*?.-]+)$/,
    'expected a device such as "/dev/nvidia0" or a class such as "char-nvidia*"',
  );
export const groupName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]*\$?$/, 'expected the name of a group of this host')
  .refine((name) => name !== 'root', 'expected a group that does not make its members root');

type Bare<S extends z.ZodRawShape> = {
  [K in keyof S]: z.ZodOptional<S[K] extends z.ZodDefault<infer T> ? T : S[K]>;
};

/** The same settings, each optional and without its default. */
export function bare<S extends z.ZodRawShape>(shape: S): Bare<S> {
  const open = (one: unknown): unknown => (one instanceof z.ZodDefault ? open(one.unwrap()) : one);
  return Object.fromEntries(
    Object.entries(shape).map(([key, one]) => [key, (open(one) as z.ZodType).optional()]),
  ) as unknown as Bare<S>;
}
/** `"127.0.0.1:8001"` or `"[::1]:8001"`; `""` for none. */
export const listenAddress = z
  .string()
  .refine(
    (text) => text === '' || /^(?:\[[0-9a-fA-F:.]+\]|[0-9.]+):[1-9]\d{0,4}$/.test(text),
    'expected an address such as "127.0.0.1:8001"',
  );

/** Names and values of headers that a message can hold. */
export const headerTable = z.record(
  z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'expected the name of a header such as "X-Site"'),
  z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'expected the value of a header, on one line'),
);
