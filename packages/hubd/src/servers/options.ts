import { TshubError } from '@tshub/contract';

export type ServerOptions = Readonly<Record<string, unknown>>;

/** Bytes of the options of one start, as JSON. */
const largest = 16_384;

/**
 * The options in the body of a start (peer's contract 1.2): 6.x names its parts, for 5.x the whole body is the options.
 * null when the body says nothing about them: the last ones are used again.
 */
export function optionsFromBody(body: Readonly<Record<string, unknown>> | null): ServerOptions | null {
  if (body === null || Object.keys(body).length === 0) return null;
  const isNamed = 'user_options' in body || 'display_name' in body;
  const options = isNamed ? body['user_options'] : body;
  if (options === undefined || options === null) return null;
  if (typeof options !== 'object' || Array.isArray(options))
    throw new TshubError('bad_request', { problem: 'Invalid user options: expected an object' });
  return checkOptions(options as ServerOptions);
}

/** The display name in the body of a start; undefined when it says nothing about it. */
export function displayNameFromBody(body: Readonly<Record<string, unknown>> | null): string | null | undefined {
  const name = body?.['display_name'];
  if (name === undefined || name === null || typeof name === 'string') return name;
  throw new TshubError('bad_request', { problem: 'Invalid display name: expected text' });
}

/** Throws bad_request for options that are too large to keep. */
export function checkOptions(options: ServerOptions): ServerOptions {
  if (Buffer.byteLength(JSON.stringify(options)) > largest) {
    throw new TshubError('bad_request', { problem: `Invalid user options: they are larger than ${largest} bytes` });
  }
  return options;
}

/** What spawnerd is given: the profile by itself, and every other value as text. A form's list of one value is that value. */
export function wireOptions(options: ServerOptions): {
  readonly profile: string;
  readonly options: Readonly<Record<string, string>>;
} {
  const texts: [string, string][] = [];
  let profile = '';
  for (const [name, value] of Object.entries(options)) {
    const text = textOf(value);
    if (text === null) continue;
    if (name === 'profile') profile = text;
    else texts.push([name, text]);
  }
  return { profile, options: Object.fromEntries(texts) };
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value) && value.length === 1) return textOf(value[0]);
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return JSON.stringify(value);
  }
}
