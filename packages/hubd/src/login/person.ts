import type { UserInfo } from './authenticators/authenticator.ts';

/** What the comment field of an account (GECOS) says of its person: the part before the first comma. */
export function personOfAccount(
  account: { readonly name: string; readonly gecos: string } | null,
): UserInfo | undefined {
  const [field = ''] = account?.gecos.split(',') ?? [];
  // An old habit: `&` stands for the account's name.
  const name = field
    .replaceAll('&', account?.name ?? '')
    .replace(/\p{Cc}/gu, '')
    .trim();
  return name === '' ? undefined : { name, display_name: name };
}
