import { isIP } from 'node:net';

/** How values of unit properties are written in the settings, and what they are on the bus. */

export type RawValue = string | number | boolean | readonly string[];

interface Kind {
  readonly signature: string;
  readonly expected: string;
  /** null for what is not of this kind. */
  readonly parse: (raw: RawValue) => unknown;
}

const infinity = 2n ** 64n - 1n;
const sizeUnits: Readonly<Record<string, bigint>> = { '': 1n, K: 2n ** 10n, M: 2n ** 20n, G: 2n ** 30n, T: 2n ** 40n };
const timeUnits: Readonly<Record<string, number>> = { '': 1, ms: 1e-3, s: 1, min: 60, h: 3600, d: 86_400 };

function count(raw: RawValue): bigint | null {
  if (raw === 'infinity') return infinity;
  const isWhole = typeof raw === 'number' ? Number.isSafeInteger(raw) && raw >= 0 : /^\d{1,18}$/.test(String(raw));
  return isWhole && typeof raw !== 'boolean' ? BigInt(String(raw)) : null;
}

function size(raw: RawValue): bigint | null {
  const match = /^(\d{1,12})([KMGT])$/.exec(String(raw));
  const unit = match?.[2] === undefined ? undefined : sizeUnits[match[2]];
  return match?.[1] === undefined || unit === undefined ? count(raw) : BigInt(match[1]) * unit;
}

function time(raw: RawValue): bigint | null {
  if (raw === 'infinity') return infinity;
  const match = /^(\d{1,9}(?:\.\d{1,6})?) ?(ms|s|min|h|d|)$/.exec(String(raw));
  const unit = match?.[2] === undefined ? undefined : timeUnits[match[2]];
  return match?.[1] === undefined || unit === undefined ? null : BigInt(Math.round(Number(match[1]) * unit * 1e6));
}

function int(raw: RawValue): number | null {
  return typeof raw === 'number' && Number.isInteger(raw) && Math.abs(raw) <= 1_000_000 ? raw : null;
}

function mode(raw: RawValue): number | null {
  return typeof raw === 'string' && /^0?[0-7]{3}$/.test(raw) ? Number.parseInt(raw, 8) : null;
}

function quota(raw: RawValue): bigint | null {
  const match = /^(\d{1,7})%$/.exec(String(raw));
  return match?.[1] === undefined || match[1] === '0' ? null : BigInt(match[1]) * 10_000n;
}

const plain = /^[^\p{Cc}]{1,4096}$/u;

function text(raw: RawValue): string | null {
  if (typeof raw === 'boolean') return raw ? 'yes' : 'no';
  return typeof raw === 'string' && plain.test(raw) ? raw : null;
}

function texts(raw: RawValue): string[] | null {
  const list = typeof raw === 'string' ? raw.split(' ').filter((one) => one !== '') : Array.isArray(raw) ? raw : [];
  return list.length > 0 && list.every((one) => plain.test(one)) ? [...list] : null;
}

/** `["@system-service"]`, `"~@mount @swap"`: with `~` in front, all but these. */
function set(raw: RawValue): readonly [boolean, readonly string[]] | null {
  const list = texts(raw);
  const isAllBut = list?.[0]?.startsWith('~') === true;
  const names = list?.map((name, at) => (at === 0 && isAllBut ? name.slice(1) : name));
  return names?.every((name) => /^[@A-Za-z0-9_.:-]+$/.test(name)) === true ? [!isAllBut, names] : null;
}

/** `"0-3,6"` -> a bit for each, lowest first. */
function cpus(raw: RawValue): Uint8Array | null {
  const mask = new Uint8Array(128);
  for (const part of String(raw).split(/[ ,]+/)) {
    const match = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(part);
    if (match?.[1] === undefined) return null;
    for (let cpu = Number(match[1]); cpu <= Number(match[2] ?? match[1]); cpu++)
      mask[cpu >> 3] = (mask[cpu >> 3] ?? 0) | (1 << (cpu & 7));
  }
  const used = mask.findLastIndex((byte) => byte !== 0) + 1;
  return used === 0 ? null : mask.slice(0, used);
}

/** `["/dev/sda 10M"]`: a device, or a file on it, and what it may be used. */
function devices(raw: RawValue): ReadonlyArray<readonly [string, bigint]> | null {
  const entries = (Array.isArray(raw) ? raw : [String(raw)]).map((one: string) => {
    const [device = '', amount = '', ...more] = one.split(' ');
    const value = size(amount);
    return device.startsWith('/') && value !== null && more.length === 0 ? ([device, value] as const) : null;
  });
  return entries.every((entry) => entry !== null) ? entries : null;
}

/** `["/srv/homes:ro"]`: a folder, and options of mount(8). */
function mounts(raw: RawValue): ReadonlyArray<readonly [string, string]> | null {
  const entries = texts(raw)?.map((one) => {
    const [path = '', options = '', ...more] = one.split(':');
    return path.startsWith('/') && more.length === 0 ? ([path, options] as const) : null;
  });
  return entries?.every((entry) => entry !== null) === true ? entries : null;
}

type Address = readonly [family: number, address: Uint8Array, prefix: number];
const [inet, inet6] = [2, 10];
const named: Readonly<Record<string, readonly string[]>> = {
  any: ['0.0.0.0/0', '::/0'],
  localhost: ['127.0.0.0/8', '::1/128'],
  'link-local': ['169.254.0.0/16', 'fe80::/64'],
  multicast: ['224.0.0.0/4', 'ff00::/8'],
};

function addresses(raw: RawValue): readonly Address[] | null {
  const list = texts(raw)?.flatMap((one) => named[one] ?? [one]);
  const parsed = list?.map(address);
  return parsed?.every((one) => one !== null) === true ? parsed : null;
}

function address(cidr: string): Address | null {
  const [host = '', length, ...more] = cidr.split('/');
  const family = isIP(host);
  const most = family === 4 ? 32 : 128;
  const prefix = length === undefined ? most : Number(length);
  if (
    family === 0 ||
    (family === 6 && host.includes('.')) ||
    more.length > 0 ||
    !/^\d{1,3}$/.test(length ?? '0') ||
    prefix > most
  )
    return null;
  if (family === 4) return [inet, Uint8Array.from(host.split('.').map(Number)), prefix];
  const [head = '', tail] = host.split('::');
  const words = (half: string): string[] => (half === '' ? [] : half.split(':'));
  const [before, after] = [words(head), tail === undefined ? [] : words(tail)];
  const all = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
  return [
    inet6,
    Uint8Array.from(all.flatMap((word) => [Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 255])),
    prefix,
  ];
}

export const propertyKinds = {
  addresses: {
    signature: 'a(iayu)',
    expected: 'addresses such as "10.0.0.0/8", "localhost" or "any"',
    parse: addresses,
  },
  count: { signature: 't', expected: 'a whole number or "infinity"', parse: count },
  cpus: { signature: 'ay', expected: 'CPUs such as "0-3,6"', parse: cpus },
  devices: { signature: 'a(st)', expected: 'a list such as ["/dev/sda 10M"]', parse: devices },
  flag: { signature: 'b', expected: 'true or false', parse: (raw) => (typeof raw === 'boolean' ? raw : null) },
  int: { signature: 'i', expected: 'a whole number', parse: int },
  mode: { signature: 'u', expected: 'a mode such as "0027"', parse: mode },
  mounts: { signature: 'a(ss)', expected: 'a list such as ["/srv/homes:ro"]', parse: mounts },
  quota: { signature: 't', expected: 'a percentage such as "150%"', parse: quota },
  set: {
    signature: '(bas)',
    expected: 'a list of names, with "~" in front of the first for all but these',
    parse: set,
  },
  size: { signature: 't', expected: 'a size such as "2G", or "infinity"', parse: size },
  text: { signature: 's', expected: 'a text, true or false', parse: text },
  texts: { signature: 'as', expected: 'a text or a list of texts', parse: texts },
  time: { signature: 't', expected: 'seconds, or a time such as "5min"', parse: time },
} as const satisfies Readonly<Record<string, Kind>>;

export type PropertyKind = keyof typeof propertyKinds;
