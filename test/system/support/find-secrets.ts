/** Parameters of an address that let in whoever has them, and members of JSON that do. */
const inAddresses = /[?&#;](?:code|state|token|access_token|refresh_token|id_token)=([^&#\s"'<>\\)]+)/g;
const inJson =
  /"(?:token|code|state|access_token|refresh_token|id_token|client_secret|full_accept_url)":\s*"([^"\\]+)"/g;
const inForms = /name="(?:_xsrf|once|code|state|password|token)"[^>]*?value="([^"]+)"/g;
const inPages = /class="secret"[^>]*>([^<]+)</g;

/** What a text of the hub's, an address, a page or the output of a command, holds that must not be in the journal. */
export function secretsIn(text: string): string[] {
  return [inAddresses, inJson, inForms, inPages]
    .flatMap((shape) => [...text.matchAll(shape)].map(([, value = '']) => value))
    .flatMap((value) => [value, ...secretsIn(value), decoded(value)])
    .filter(isSecret);
}

/** The value of each cookie that an answer sets, as it is sent. */
export function secretOfCookie(line: string): string {
  const pair = line.split(';')[0] ?? '';
  return pair.slice(pair.indexOf('=') + 1).replace(/^"|"$/g, '');
}

/** Words, such as the code of an error, sentences and short numbers are none. */
export function isSecret(value: string): boolean {
  return /^[\w.~+/=|:%@!-]{12,}$/.test(value) && /\d/.test(value) && /[A-Za-z]/.test(value);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
