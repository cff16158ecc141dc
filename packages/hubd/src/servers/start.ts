import { serverClientId, TshubError, type UnitStatus } from '@tshub/contract';
import { byWhom } from '../caller/by-whom.ts';
import type { Caller } from '../caller/caller.ts';
import type { User } from '../users/user.ts';
import type { Chosen } from './choices.ts';
import { cleanUp, dropRoute } from './clean-up.ts';
import type { Entry, Run } from './entry.ts';
import { callbackPath, serverEnvironment } from './environment.ts';
import { lastLines, publicError, statusOf } from './explain-failure.ts';
import { followLog } from './follow-log.ts';
import { serverScopes } from './server-scopes.ts';
import { cancelledEvent, failedEvent, ProgressLog, readyEvent } from './progress.ts';
import { type Room, routeOf, sentenceOf, tokenNote } from './room.ts';
import type { Server } from './server.ts';
import { serverLabel } from './server-name.ts';
import { startDetail, type StartStep, startSteps } from './start-steps.ts';
import { takeTurn } from './take-turn.ts';
import { unlessAborted, within } from './waiting.ts';
import { waitUntilUp } from './wait-until-up.ts';

/** Why a start was given up: the person does not want it any more, or the hub is stopped and finds what is there when it is back. */
export const cancelled = new TshubError('spawn_failed', { problem: 'Spawn cancelled' });
export const abandoned = new TshubError('spawn_failed', {
  problem: 'the hub is being restarted; look again in a moment',
});

/** Something that was made, and how it is taken back. */
interface Undo {
  readonly what: string;
  readonly work: () => Promise<unknown>;
}

/** Begins to start a server whose entry is `starting`; `done` of the run settles when it is ready or everything is undone. */
export function beginStart(room: Room, entry: Entry, user: User, chosen: Chosen, caller: Caller): Run {
  entry.lastSaid = null;
  const start = new Start(room, entry, user, chosen, caller);
  return start.run;
}

class Start {
  readonly run: Run;
  readonly #room: Room;
  readonly #entry: Entry;
  readonly #user: User;
  readonly #chosen: Chosen;
  readonly #caller: Caller;
  readonly #undos: Undo[] = [];
  readonly #label: string;
  #token = '';
  #step: StartStep = 'turn';
  /** Whether there is a unit, or there was one, whose log may say why it failed. */
  #hasUnit = false;
  #needsLook = false;
  #wake: () => void = () => undefined;

  constructor(room: Room, entry: Entry, user: User, chosen: Chosen, caller: Caller) {
    this.#room = room;
    this.#entry = entry;
    this.#user = user;
    this.#chosen = chosen;
    this.#caller = caller;
    this.#label = serverLabel(user.name, entry.row.name);
    const look = (): void => {
      this.#needsLook = true;
      this.#wake();
    };
    const run = { abort: new AbortController(), progress: new ProgressLog(), look };
    this.run = Object.assign(run, { done: this.#go(run) });
    // Whoever asked for the start may be gone by the time it fails.
    this.run.done.catch(() => undefined);
  }

  async #go(run: Omit<Run, 'done'>): Promise<Server> {
    const { progress, abort } = run;
    let endTurn: () => void = () => undefined;
    this.#enter('turn', progress);
    try {
      endTurn = await takeTurn(this.#room, this.#entry, progress, abort.signal);
      return await this.#steps(run);
    } catch (error) {
      if (abort.signal.reason === abandoned) throw abandoned;
      throw await this.#fail(run, error);
    } finally {
      endTurn();
    }
  }

  async #steps(run: Omit<Run, 'done'>): Promise<Server> {
    const { progress, abort } = run;
    const { signal } = abort;
    const room = this.#room;
    const { unit } = this.#entry;
    const { name: server } = this.#entry.row;
    const { name: user } = this.#user;
    const began = room.clock.now();
    this.#entry.began = began;
    signal.throwIfAborted();
    room.log.info(
      { event: 'server-start', user, server, unit, ...byWhom(this.#caller) },
      `${this.#label} is being started`,
    );

    this.#enter('prepare', progress);
    const environment = await this.#prepare(signal);
    this.#enter('unit', progress);
    const status = await this.#startUnit(signal, environment);
    const { invocation, target, uid } = status;
    await this.#entry.change(room.store, { invocation, target, uid, tokenId: this.#entry.row.tokenId });
    signal.throwIfAborted();

    this.#enter('answer', progress);
    const stopFollowing = followLog(room, this.#entry, progress, this.#token);
    try {
      await waitUntilUp(room, status, signal, {
        needsLook: () => this.#needsLook,
        looked: () => (this.#needsLook = false),
        onWake: (wake) => (this.#wake = wake),
      });
    } finally {
      stopFollowing();
    }
    this.#enter('route', progress);
    await this.#addRoute(signal);

    const now = room.clock.now();
    // The row has the moment in which the start began, which is near enough until somebody does something.
    this.#entry.note({ lastActivity: now });
    room.users.touch(this.#user.id, now);
    this.#entry.move('answered');
    progress.finish(readyEvent(user, server));
    room.log.info(
      { event: 'server-ready', user, server, unit },
      `${this.#label} is ready after ${((now - began) / 1000).toFixed(1)} s`,
    );
    // Its end may have come while the route was added; nobody looks at the run from here on.
    if (this.#needsLook) room.lookAt(this.#entry);
    return this.#entry.view();
  }

  #enter(step: StartStep, progressLog: ProgressLog): void {
    this.#step = step;
    const { progress, ...row } = startSteps[step];
    if ('says' in row) progressLog.add({ progress, message: row.says(this.#entry.unit) });
  }

  /** Row, token and OAuth client. Not given up half way: what the database has must be known to be undone. */
  async #prepare(signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    const room = this.#room;
    const { name: user, id: userId } = this.#user;
    const { name: server } = this.#entry.row;
    const now = room.clock.now();
    await this.#entry.change(room.store, {
      active: true,
      displayName: this.#entry.row.displayName,
      started: now,
      lastActivity: now,
      options: this.#chosen.options,
      profile: this.#chosen.profile,
      invocation: '',
      target: '',
      uid: null,
      tokenId: null,
      lastEnd: '',
      endDetail: '',
      failed: false,
      keptUntil: null,
    });
    signal.throwIfAborted();

    const token = await room.tokens.issue({
      owner: { kind: 'user', id: userId },
      scopes: serverScopes(user, server),
      note: tokenNote(user, server),
      expiresIn: null,
    });
    this.#token = token.text;
    // Written with the unit's invocation: until then the token is found by its note.
    this.#entry.note({ tokenId: token.id });
    signal.throwIfAborted();

    const client = {
      id: serverClientId(user, server),
      description: tokenNote(user, server),
      redirectUri: callbackPath(user, server),
      allowedScopes: [],
      server: { user, server },
      service: null,
    };
    await room.clients.register(client, token.text);
    signal.throwIfAborted();
    return serverEnvironment({
      user,
      server,
      token: token.text,
      apiUrl: room.apiUrl,
      publicUrl: room.settings().hub.public_url,
      cookieSameSite: room.settings().hub.cookie_same_site,
    });
  }

  async #startUnit(signal: AbortSignal, environment: Readonly<Record<string, string>>): Promise<UnitStatus> {
    const { spawner, timing } = this.#room;
    const which = { user: this.#user.name, name: this.#entry.row.name };
    const request = { ...which, profile: this.#chosen.profile, options: this.#chosen.wire, environment };
    const call = this.#startOrReplace(request);
    call.catch(() => undefined);
    const stopUnit = async (): Promise<void> => {
      await spawner.stop(which);
      // Given up while spawnerd was still at it: a start that comes through after all is stopped as well.
      const started = await within(timing.ask, call, () => new Error('late')).then(
        () => true,
        () => false,
      );
      if (started) await spawner.stop(which);
    };
    try {
      const status = await unlessAborted(call, signal);
      this.#hasUnit = true;
      this.#undos.push({ what: 'stopping its unit', work: () => spawner.stop(which) });
      return status;
    } catch (error) {
      // After these two spawnerd itself has left nothing behind.
      const isClean =
        error instanceof TshubError &&
        error !== cancelled &&
        (error.code === 'spawn_refused' || error.code === 'spawn_failed');
      if (!isClean) this.#undos.push({ what: 'stopping its unit', work: stopUnit });
      this.#hasUnit = error instanceof TshubError && error.code === 'spawn_failed';
      throw error;
    }
  }

  /** A unit that runs although this server does not is left over from a stop that did not come through. */
  async #startOrReplace(request: Parameters<Room['spawner']['start']>[0]): Promise<UnitStatus> {
    const { spawner, log } = this.#room;
    try {
      return await spawner.start(request);
    } catch (error) {
      if (!(error instanceof TshubError && error.code === 'already_running')) throw error;
      log.warn(
        { user: request.user, server: request.name },
        `${this.#entry.unit} still ran; it is stopped and started again`,
      );
      await spawner.stop(request);
      return spawner.start(request);
    }
  }

  async #addRoute(signal: AbortSignal): Promise<void> {
    const { proxy, timing } = this.#room;
    const { prefix } = routeOf(this.#entry.row);
    this.#undos.push({ what: 'taking its route away', work: () => dropRoute(this.#room, this.#entry, prefix) });
    const late = (): Error =>
      new TshubError('spawn_failed', { problem: `the proxy did not take the route ${prefix} in time` });
    await unlessAborted(within(timing.ask, proxy.add(routeOf(this.#entry.row)), late), signal);
  }

  /** Takes everything back, newest first, and gives the error that the person is told. */
  async #fail(run: Omit<Run, 'done'>, cause: unknown): Promise<Error> {
    const room = this.#room;
    const entry = this.#entry;
    const { name: server } = entry.row;
    const { name: user } = this.#user;
    const isCancelled = run.abort.signal.reason === cancelled;
    const error = isCancelled ? cancelled : publicError(cause, this.#label);
    const lines = isCancelled || !this.#hasUnit ? [] : await lastLines(room, entry, this.#token);
    const status = isCancelled || !this.#hasUnit ? undefined : await statusOf(room, entry);
    const detail = isCancelled ? '' : startDetail({ unit: entry.unit, step: this.#step, error, status });
    for (const { what, work } of this.#undos.toReversed()) {
      await work().catch((problem: unknown) =>
        room.log.warn(
          { user, server, error: problem },
          `${entry.unit}: ${what} failed, going on: ${sentenceOf(problem)}`,
        ),
      );
    }
    const reason = error.message;
    const lastEnd = isCancelled ? 'The start was cancelled' : reason;
    await cleanUp(room, entry, { lastEnd, detail, failed: !isCancelled });
    if (!isCancelled) {
      room.log.warn(
        {
          event: 'server-failed',
          user,
          server,
          unit: entry.unit,
          reason,
          detail,
          ...(error !== cause && { error: cause }),
        },
        `${this.#label} could not start: ${reason}`,
      );
    }
    entry.move(entry.phase === 'stopping' ? 'stopped' : 'failed');
    run.progress.finish(isCancelled ? cancelledEvent : failedEvent(reason, lines));
    return error;
  }
}
