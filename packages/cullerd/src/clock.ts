/** Seconds as they passed, whatever was done to the host's clock meanwhile. */
export interface Clock {
  /** Milliseconds since 1970, as the host's clock says now. */
  now(): number;
  /** Seconds that have passed since a moment of that clock; 0 for one to come. */
  since(moment: bigint | number): number;
}

/** A stretch of the host's clock without a jump: its moments, and where they lie on a clock that never jumps. */
interface Stretch {
  readonly began: number;
  readonly steady: number;
  /** Infinity for the one that goes on. */
  ended: number;
}

/** Milliseconds between the two clocks that are a jump; what is less is a clock that is being put right slowly. */
const jump = 30_000;
const mostStretches = 16;

/**
 * The hub's times are those of the host's clock. One that is set ahead by a day would make everybody idle for a day; one that is set
 * back would keep everybody for as long. So each moment is looked up in the stretch it belongs to. A host that slept has jumped as well:
 * nobody could use it. A restart of cullerd forgets jumps: moments before it are taken as they are.
 */
export function makeClock(wall: () => number, steady: () => number, onJump: (seconds: number) => void): Clock {
  const stretches: Stretch[] = [{ began: wall(), steady: steady(), ended: Infinity }];
  let seen = stretches[0]?.steady ?? 0;

  const look = (): Stretch => {
    const [at, true_] = [wall(), steady()];
    const last = stretches.at(-1) as Stretch;
    const expected = last.began + (true_ - last.steady);
    const off = at - expected;
    if (Math.abs(off) < jump) {
      seen = true_;
      return last;
    }
    // It happened some time after the last look: that long both clocks may have been believed.
    last.ended = expected;
    const next = { began: at - (true_ - seen), steady: seen, ended: Infinity };
    stretches.push(next);
    if (stretches.length > mostStretches) stretches.shift();
    seen = true_;
    onJump(off / 1000);
    return next;
  };

  /** Where a moment lies on the steady clock. The newest stretch that has it counts: rather too little idle time than too much. */
  const place = (moment: number): number => {
    const now = wall();
    const i = stretches.findLastIndex(
      ({ began, ended }) => moment >= began && moment <= Math.min(ended, Math.max(now, began)),
    );
    const own = stretches[i];
    if (own !== undefined) return own.steady + (moment - own.began);
    const first = stretches[0] as Stretch;
    if (moment < first.began) return first.steady - (first.began - moment);
    // Between two stretches, where no clock ever was, or still to come.
    return stretches.find(({ began }) => began > moment)?.steady ?? steady();
  };

  return {
    now() {
      look();
      return wall();
    },
    since(moment) {
      look();
      return Math.max(0, (steady() - place(Number(moment))) / 1000);
    },
  };
}
