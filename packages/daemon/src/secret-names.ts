// A name that ends so, in whatever style it is written: `set-cookie`, `clientSecret`, `JUPYTERHUB_API_TOKEN`, `tokens`.
const secretive =
  /(?:password|passwd|passphrase|secret|token|authorization|cookie|credential|api[-_]?key|private[-_]?key)s?$/i;
const verdicts = new Map<string, boolean>();
// Names of fields are few; names that come from outside must not fill the memory.
const mostVerdicts = 1000;

/** What a record of the log holds instead of a secret. */
export const censored = '[redacted]';

/** Whether what has this name is a secret, wherever it stands in a record. Counts and flags are none: `{ tokens: 3 }`. */
export function isSecret(name: string, value: unknown): boolean {
  return isSecretName(name) && (typeof value === 'string' || (typeof value === 'object' && value !== null));
}

function isSecretName(name: string): boolean {
  const known = verdicts.get(name);
  if (known !== undefined) return known;
  const verdict = secretive.test(name);
  if (verdicts.size < mostVerdicts) verdicts.set(name, verdict);
  return verdict;
}
