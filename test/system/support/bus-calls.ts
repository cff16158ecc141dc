import { type Access, interfaces, type PolkitAction } from '@tshub/contract';

/** Nobody special, a member of tshub-admin, and root: people of the machine of the suite. */
export const callers = { nobody: 'bob', admin: 'grace', root: 'root' } as const;
export type CallerKind = keyof typeof callers;

/** A call as busctl(1) wants it, that does no harm where it is allowed: it may fail for another reason then. */
export interface BusCall {
  readonly about: string;
  /** Signature and values; `me` is whoever calls. */
  readonly args: (me: string) => readonly string[];
  /** About what is the caller's own: that is allowed to everybody. */
  readonly isOwn?: true;
  /** Of a user of the hub, whom root is not: root has nothing of its own there. */
  readonly needsUser?: true;
  /** Everybody gets an answer, with what they may see. */
  readonly isFiltered?: true;
  /** Of a method with several actions, the one that this call needs. */
  readonly action?: PolkitAction;
}

const plain = (...args: readonly string[]): readonly BusCall[] => [{ about: 'anything', args: () => args }];
const filtered = (...args: readonly string[]): readonly BusCall[] => [
  { about: 'what one may see', args: () => args, isFiltered: true },
];
/** A server of ada, and the same one of the caller. */
const servers = (signature: string, name: string, ...more: readonly string[]): readonly BusCall[] => [
  { about: "somebody else's", args: () => [signature, 'ada', name, ...more] },
  { about: 'one’s own', args: (me) => [signature, me, name, ...more], isOwn: true },
];
const token = (action: PolkitAction, scope: string): BusCall => ({
  about: scope,
  args: () => ['as', '1', scope],
  action,
});

/** Calls of every method of every interface. A method that is not here fails the suite. */
export const busCalls: Readonly<Record<string, readonly BusCall[]>> = {
  'Culler1.CullNow': plain('b', 'true'),
  'Culler1.GetSettings': plain(),
  'Culler1.GetStatus': plain(),
  'Hub1.AnnounceEnds': plain('aa{sv}', '0'),
  'Hub1.GetServer': servers('ss', ''),
  'Hub1.GetSettings': plain(),
  'Hub1.GetStatus': plain(),
  'Hub1.ImportPeer': [{ about: 'anything', args: () => ['sb', '{}', 'false'], action: 'org.tshub.hub.manage-roles' }],
  'Hub1.IssueToken': [
    {
      about: 'one’s own',
      args: () => ['as', '1', 'read:users!user'],
      action: 'org.tshub.hub.manage-own-server',
      isOwn: true,
      needsUser: true,
    },
    token('org.tshub.hub.read', 'read:users'),
    token('org.tshub.hub.manage-roles', 'admin:roles'),
    token('org.tshub.hub.manage-roles', 'tokens!user=ada'),
    token('org.tshub.hub.manage-servers', 'servers'),
    token('org.tshub.hub.manage-users', 'users'),
    token('org.tshub.hub.shutdown', 'shutdown'),
  ],
  'Hub1.KeepServer': servers('sst', 'none', '0'),
  'Hub1.ListServers': filtered(),
  'Hub1.ListUsage': filtered(),
  'Hub1.ListUsers': filtered('uu', '0', '100'),
  'Hub1.RemoveServer': plain('ss', 'no-such-user', 'none'),
  'Hub1.RemoveUser': plain('s', 'no-such-user'),
  'Hub1.SetServerLimits': [
    { about: "somebody else's", args: () => ['ssa{st}', 'ada', 'none', '0'] },
    // Limits are there because their user would like more.
    { about: 'one’s own', args: (me) => ['ssa{st}', me, 'none', '0'] },
  ],
  'Hub1.StartServer': servers('ssa{ss}', '', '1', 'no-such-option', 'x').map((one) =>
    one.isOwn === true ? { ...one, needsUser: true } : one,
  ),
  'Hub1.StopServer': servers('sss', 'none', ''),
  'Hub1.WatchServers': [{ about: 'what one may see', args: () => [], isOwn: true }],
  'Proxy1.AddRoute': plain('ssua{ss}', '/hub/', 'http://127.0.0.1:9', '4294967295', '0'),
  'Proxy1.GetSettings': plain(),
  'Proxy1.GetStatistics': plain(),
  'Proxy1.GetStatus': plain(),
  'Proxy1.ListActivity': plain('t', '0'),
  'Proxy1.ListRoutes': plain(),
  'Proxy1.Probe': plain('susu', 'unix:/x', '0', '/x', '1'),
  'Proxy1.RemoveRoute': plain('s', '/no/such/route/'),
  'Proxy1.ReplaceRoutes': plain('a(ssua{ss})', '1', '/x/', 'no target', '0', '0'),
  'Spawner1.Forget': plain('ss', 'no-such-account', ''),
  'Spawner1.List': plain(),
  'Spawner1.ListServices': plain(),
  'Spawner1.Log': plain('ssut', 'no-such-account', '', '1', '0'),
  'Spawner1.SetLimits': plain('ssa{st}', 'no-such-account', '', '0'),
  'Spawner1.Show': plain('ss', 'no-such-account', ''),
  'Spawner1.Start': plain('sssa{ss}a{ss}', 'no-such-account', '', '', '0', '0'),
  'Spawner1.StartService': plain('s', 'no-such-service'),
  'Spawner1.Stop': plain('ss', 'no-such-account', ''),
  'Spawner1.StopService': plain('s', 'no-such-service'),
};

export const shortName = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** The methods of the contract, by the keys of the table. */
export const methods = new Map<string, { one: (typeof interfaces)[number]; name: string; access: Access }>(
  interfaces.flatMap((one) =>
    Object.entries(one.methods).map(
      ([name, method]) => [`${shortName(one.name)}.${name}`, { one, name, access: method.access as Access }] as const,
    ),
  ),
);

/** What the contract and the rules of polkit say about a call. */
export function isAllowed(access: Access, call: BusCall, who: CallerKind): boolean {
  if (who === 'root') return call.needsUser !== true;
  if (access.kind === 'anyone' || call.isOwn === true || call.isFiltered === true) return true;
  if (access.kind === 'account' || who === 'nobody') return false;
  // Their own password is asked for, and here is nobody to type it.
  return call.action !== 'org.tshub.hub.manage-roles';
}
