import type { Settings } from '@tshub/config';
import { serverEntry, type ServerEntry, userEntry, type UserEntry, type WireDict } from '@tshub/contract';
import type * as z from 'zod';
import type { Clock } from './clock.ts';
import type { CpuWatch } from './cpu.ts';
import type { HubCalls } from './culler.ts';
import { decide, type Verdict } from './decide.ts';
import { policyFor } from './policy.ts';

export interface LookParts {
  readonly hub: Pick<HubCalls, 'ListServers' | 'ListUsers'>;
  readonly clock: Clock;
  readonly cpu: Pick<CpuWatch, 'look'>;
}

export interface Look {
  readonly servers: readonly ServerEntry[];
  /** One for each server, in the same order. */
  readonly verdicts: readonly Verdict[];
}

/** One listing of the hub, and what is to become of each server. */
export async function lookAtServers({ hub, clock, cpu }: LookParts, settings: Settings['culler']): Promise<Look> {
  const servers = parse(serverEntry, await hub.ListServers());
  const policies = servers.map((server) => policyFor(settings, server));
  const byEntry = new Map(servers.map((server, i) => [server, policies[i]]));
  const busy = await cpu.look(servers, (server) => {
    const policy = byEntry.get(server);
    return policy === undefined || policy.weight_cpu === 0 ? null : policy.cpu_threshold;
  });
  const verdicts = servers.map((server, i) => {
    const lastBusy = busy[i];
    const facts = lastBusy === undefined ? server : { ...server, lastBusy };
    return decide(facts, policies[i] ?? policyFor(settings, server), clock);
  });
  return { servers, verdicts };
}

/** Every user, a page at a time. */
export async function listUsers({ hub }: Pick<LookParts, 'hub'>, pageSize: number): Promise<UserEntry[]> {
  const limit = pageSize === 0 ? 1000 : pageSize;
  const users: UserEntry[] = [];
  for (;;) {
    const [page, total] = await hub.ListUsers(users.length, limit);
    users.push(...parse(userEntry, page));
    if (page.length === 0 || users.length >= total) return users;
  }
}

export function parse<T>(kind: z.ZodType<T>, entries: readonly WireDict[]): T[] {
  const parsed = kind.array().safeParse(entries);
  if (parsed.success) return parsed.data;
  throw new Error(
    'the hub answered in another form than expected; is it of another version? Run: systemctl restart tshub tshub-cullerd',
    { cause: parsed.error },
  );
}
