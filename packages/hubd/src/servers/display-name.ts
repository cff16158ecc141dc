import { TshubError } from '@tshub/contract';
import { printable } from './server-name.ts';

const longest = 255;

/** A display name as it is kept (peer's contract 2.4): in Unicode's composed form; throws bad_request for what no name may be. */
export function cleanDisplayName(typed: string): string {
  const name = typed.normalize('NFC');
  const length = Array.from(name).length;
  // Of all that separates, only single spaces inside; of all that is not printed, nothing.
  const fits = length >= 1 && length <= longest && !/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}|^ | $| {2}/u.test(name);
  if (fits) return name;
  throw new TshubError('bad_request', {
    problem: `Invalid display name "${printable(typed)}": expected 1 to ${longest} printable characters with single spaces inside`,
  });
}
