import type { Settings } from '@tshub/config';
import { serverUnit, type UnitStatus } from '@tshub/contract';
import { type GuestParts, withGuest } from './guests.ts';
import type { Census } from './census.ts';
import { checkEnvironment, type Variables } from './launch/environment.ts';
import { freeTheName, launch, type LaunchParts } from './launch/launch.ts';
import type { RunAs } from './launch/run-as.ts';
import { sizes, type StartLimits } from './limits.ts';
import type { MakeAccountParts } from './make-account.ts';
import { type Accounts, permit, type Wish } from './permit.ts';
import type { Ports } from './ports.ts';
import { parseServerName, refused } from './request.ts';
import { limitSlice } from './slice-limits.ts';

export interface StartParts extends GuestParts, LaunchParts, MakeAccountParts {
  readonly accounts: Accounts;
  readonly census: Census;
  readonly limits: StartLimits;
  readonly ports: Ports;
  /** The settings as they are now. */
  readonly settings: () => Settings;
}

export interface StartRequest extends Wish {
  readonly given: Variables;
}

/** A Start as it came over the bus -> what it asks for; throws spawn_refused for anything that a Start may not carry. Profile and options are compared with root's settings later. */
export function parseStart(
  user: string,
  server: string,
  profile: string,
  options: Variables,
  environment: Variables,
): StartRequest {
  const name = parseServerName(user, server);
  const texts = [profile, ...Object.entries(options).flat()];
  if (Object.keys(options).length > sizes.options) throw refused(`more than ${sizes.options} options in one request`);
  if (texts.some((text) => Buffer.byteLength(text) > sizes.valueBytes || /\p{Cc}|\p{Cs}/u.test(text)))
    throw refused('an option is too large or has control characters');
  return { name, profile, options, given: checkEnvironment(environment, name) };
}

/** Starts a permitted user's server. Throws spawn_refused, too_many_requests, pending, already_running or spawn_failed. */
export async function start(parts: StartParts, request: StartRequest): Promise<UnitStatus> {
  const { name, given } = request;
  const all = parts.settings();
  const unit = serverUnit(name.user, name.server);
  return parts.limits.alone(name, unit, async () => {
    // Before anything is made or asked: an account may be.
    parts.limits.countStart(name.user);
    const { runAs, profile, settings } = await permit(parts, request, all);
    await parts.census.requireRoom(unit, settings.max_servers);
    await limitSlice(parts, name.user, settings);
    const go = (as: RunAs) => {
      const at = (port: number | null) => launch(parts, { name, runAs: as, given, profile, settings, port });
      return settings.transport === 'tcp' ? parts.ports.withPort(parts.systemd1, settings, at) : at(null);
    };
    if (runAs.kind === 'guest') await freeTheName(parts.systemd1, name, unit);
    const status = await (runAs.kind === 'guest' ? withGuest(parts, runAs, name.user, go) : go(runAs));
    parts.log.info({ ...name, unit }, `Started ${unit} as ${runAs.login} (uid ${status.uid})`);
    return status;
  });
}
