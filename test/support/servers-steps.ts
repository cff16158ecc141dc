import type { ProgressEvent } from '../../packages/hubd/src/servers/server.ts';
import { serversIn, type TestServers, type World } from './servers-for-test.ts';

/** A hub as it comes up: on whatever database, units and routes there are. */
export async function comeUp(world: World, options: Parameters<typeof serversIn>[1] = {}): Promise<TestServers> {
  const made = serversIn(world, options);
  await made.servers.adopt();
  return made;
}

/** kill -9: nothing of the old hub runs any more. What it still waits for never comes. */
export function kill(world: World): void {
  world.spawner.dropWatchers();
}

/** Gives the promise of its end inside an object: awaiting the beginning must not be awaiting the end. */
export async function begin(
  made: TestServers,
  name = 'ada',
  server = '',
): Promise<{ readonly done: Promise<unknown> }> {
  return made.servers.start(await made.caller(name), await made.user(name), server, null);
}

export async function start(made: TestServers, name = 'ada', server = ''): Promise<void> {
  const { done } = await begin(made, name, server);
  await done;
}

/** A new hub in which somebody's server runs. */
export async function runningServer(world: World, name = 'ada'): Promise<TestServers> {
  const made = await comeUp(world);
  await start(made, name);
  return made;
}

/** All that is told to somebody who follows the start of a default server. */
export async function events(made: TestServers, name = 'ada'): Promise<ProgressEvent[]> {
  const all: ProgressEvent[] = [];
  for await (const event of made.servers.progress(name, '', new AbortController().signal)) all.push(event);
  return all;
}

/** API tokens that there are, by their note. */
export async function tokenNotes({ db }: World): Promise<string[]> {
  return (await db('tokens').select<{ note: string }[]>('note')).map((row) => row.note);
}

/** OAuth clients that there are. */
export async function clientIds({ db }: World): Promise<string[]> {
  return (await db('oauth_clients').select<{ id: string }[]>('id')).map((row) => row.id);
}
