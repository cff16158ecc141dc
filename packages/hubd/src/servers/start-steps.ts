import { TshubError, type UnitStatus } from '@tshub/contract';

interface Step {
  readonly progress: number;
  /** What its user hears when it begins; nothing when it takes no time. */
  readonly says?: (unit: string) => string;
  /** What the hub was doing, for who looks after the host. */
  readonly doing: string;
  /** Where to look when it fails there. */
  readonly look: string;
}

/** The steps of a start, in their order. */
export const startSteps = {
  turn: {
    progress: 0,
    says: () => 'Server requested',
    doing: 'it waited for its turn',
    look: 'hub.concurrent_spawn_limit, and journalctl -u tshub',
  },
  prepare: {
    progress: 0,
    doing: 'its row, token and OAuth client were written',
    look: 'the database of the hub: journalctl -u tshub',
  },
  unit: {
    progress: 10,
    says: (unit) => `Starting the unit ${unit}`,
    doing: 'spawnerd started its unit',
    look: '[spawner] and its profile, and journalctl -u tshub-spawnerd',
  },
  answer: {
    progress: 40,
    says: () => 'The server was started; waiting until it answers',
    doing: 'its program was to answer',
    look: 'http_timeout, where the program listens and with which rights, and journalctl -u tshub-proxyd',
  },
  route: {
    progress: 90,
    says: () => 'The server answers; adding its route',
    doing: 'the proxy was to take its route',
    look: 'tshubctl route list, and journalctl -u tshub-proxyd',
  },
} as const satisfies Readonly<Record<string, Step>>;
export type StartStep = keyof typeof startSteps;

export interface FailedStart {
  readonly unit: string;
  readonly step: StartStep;
  /** What became of it; its message is what its user is told. */
  readonly error: Error;
  /** What spawnerd says of its unit now; undefined when it has none, or nobody says. */
  readonly status: Pick<UnitStatus, 'active' | 'detail' | 'invocation'> | undefined;
}

/** Why a server did not start, for who looks after the host: the step, the reason, the unit's end with its numbers if it ended, and where to look. */
export function startDetail({ unit, step, error, status }: FailedStart): string {
  const { doing, look } = startSteps[step];
  const ended = (status?.detail ?? '').replace(`${unit}: `, '');
  const { invocation = '', active = '' } = status ?? {};
  return [
    `${unit}: its start failed when ${doing}: ${error.message}`,
    ...(error instanceof TshubError ? [`error ${error.code}`] : []),
    ...(ended === '' && invocation !== '' ? [`its unit was ${active}`] : []),
    ...(ended === '' ? [] : [ended]),
    `look at: ${look}`,
    ...(ended === '' && invocation !== ''
      ? [`see: journalctl INVOCATION_ID=${invocation} + _SYSTEMD_INVOCATION_ID=${invocation}`]
      : []),
  ].join('; ');
}

/** The same for a start in the middle of which the hub was killed. */
export function halfWayDetail(unit: string): string {
  return `${unit}: the hub ended between two steps of its start, and took back what there was of it when it was here again; see: journalctl -u tshub, and journalctl -u ${unit}`;
}
