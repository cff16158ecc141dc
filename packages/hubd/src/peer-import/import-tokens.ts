import type { PeerImport } from '@tshub/contract';
import { attempt, type Importing } from './importing.ts';

/** Tokens go on working, by the hash that the other hub kept. */
export async function importTokens(importing: Importing, tokens: PeerImport['tokens']): Promise<void> {
  const { access, known, services, users } = importing;
  for (const token of tokens) {
    const { owner, scopes, note } = token;
    const label = `${owner.kind} ${owner.name}: ${note === '' ? 'a token without a note' : note}`;
    const skip = (why: string): void => importing.note('token', label, 'skip', why);
    const unknown = scopes.filter((scope) => !access.knows(scope));
    if (unknown.length > 0) skip(`no such scope: ${unknown.join(', ')}`);
    else if (owner.kind === 'service' && services.get(owner.name) === undefined) skip('its service is not here yet');
    else if (owner.kind === 'user' && !known.has(owner.name)) skip('its user does not come along');
    else if (await importing.tokens.isImported(token.hash)) importing.note('token', label, 'same');
    else
      await attempt(importing, ['token', label, 'add'], async () => {
        const user = owner.kind === 'user' ? await users.byName(known.get(owner.name) ?? '') : undefined;
        const holder = user === undefined ? { service: owner.name } : { userId: user.id };
        await importing.tokens.add({ ...token, holder });
      });
  }
}
