import { type ShareTargetBody, TshubError } from '@tshub/contract';
import type { Access } from '../access/access.ts';
import { holds } from '../access/require.ts';
import { formatScope, parseScope } from '../access/scope.ts';
import type { Caller } from '../caller/caller.ts';
import type { SharedServer, ShareTarget } from './share.ts';

/** What is shared when nothing else is said: coming in, and so all that its owner does there. */
const usual: readonly string[] = ['access:servers'];
/** These stand for what their holder may do, which no server narrows down. */
const metascopes: ReadonlySet<string> = new Set(['(no_scope)', 'inherit', 'self']);

/** The scopes that a request names, without their filter, which may only be the server; throws bad_request. */
export function readShareScopes(
  access: Pick<Access, 'knows'>,
  server: SharedServer,
  wanted: readonly string[] | null | undefined,
): readonly string[] {
  const filter = `${server.user}/${server.name}`;
  return (wanted ?? usual).map((text) => {
    const scope = access.knows(text) ? parseScope(text) : null;
    if (scope === null || metascopes.has(scope.name)) refuse(text, 'is no scope that a server can be shared with');
    const isOther = scope.filter !== null && !(scope.filter.kind === 'server' && scope.filter.value === filter);
    if (isOther) refuse(text, `is about something else; expected !server=${filter} or no filter`);
    return scope.name;
  });
}

function refuse(text: string, problem: string): never {
  throw new TshubError('bad_request', { problem: `scopes: ${JSON.stringify(text.slice(0, 80))} ${problem}` });
}

/** Nobody shares what they may not do themselves; throws forbidden with what is missing. */
export function requireShareable(
  access: Pick<Access, 'expand' | 'isWithin'>,
  caller: Caller,
  server: SharedServer,
  scopes: readonly string[],
): void {
  const value = `${server.user}/${server.name}`;
  const raw = scopes.map((name) => formatScope(name, { kind: 'server', value }));
  const missing = raw.filter((scope) => !access.isWithin(access.expand([scope], null), caller.scopes));
  if (missing.length === 0) return;
  const problem = `Only what you may do yourself can be shared; missing: ${missing.join(', ')}`;
  throw new TshubError('forbidden', { problem });
}

/** With whom a request is about to share, by name. */
export function namedTarget({ user, group }: ShareTargetBody): Pick<ShareTarget, 'kind' | 'name'> {
  return group == null ? { kind: 'user', name: user ?? '' } : { kind: 'group', name: group };
}

/** Whether there is a user or a group of a name is told only to those who may know; throws forbidden. */
export function requireToKnow(
  access: Pick<Access, 'user'>,
  caller: Caller,
  { kind, name }: Pick<ShareTarget, 'kind' | 'name'>,
): void {
  const scope = `read:${kind}s:name` as const;
  const resource = kind === 'user' ? access.user(name) : ({ kind: 'group', group: name } as const);
  if (holds(caller.scopes, scope, resource) === 'yes') return;
  throw new TshubError('forbidden', {
    problem: `To share with ${kind} ${name} you need the scope ${scope}!${kind}=${name}; a share code needs none`,
  });
}
