import { TshubError } from '@tshub/contract';
import type { Knex } from 'knex';
import type { SharedServer, ShareTarget } from './share.ts';

/** Writes a row about a server and perhaps about somebody; when one of them went away meanwhile, throws not_found instead of what the database says. */
export async function whileThere<T>(
  db: Knex,
  { server, target }: { readonly server: SharedServer; readonly target?: ShareTarget },
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    const what = `Server ${server.user}/${server.name}`;
    if (!(await isThere(db, 'servers', server.id))) throw new TshubError('not_found', { what }, { cause });
    if (target !== undefined && !(await isThere(db, `${target.kind}s`, target.id)))
      throw new TshubError('not_found', { what: `${target.kind} ${target.name}` }, { cause });
    throw cause;
  }
}

async function isThere(db: Knex, table: string, id: number): Promise<boolean> {
  return (await db(table).where({ id }).first('id')) !== undefined;
}
