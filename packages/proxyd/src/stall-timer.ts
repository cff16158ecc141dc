type Subject = 'head' | 'write' | 'other';

/** One timer for whatever is waited for; kept when the next wait is as long, since most are never waited out. */
export class StallTimer {
  isAbout: Subject | 'nothing' = 'nothing';
  #timer: NodeJS.Timeout | undefined;
  #ms = 0;
  #onStall: () => void = () => undefined;

  /** 0: for ever. */
  start(ms: number, onStall: () => void, about: Subject = 'other'): void {
    this.isAbout = about;
    this.#onStall = onStall;
    if (ms === 0) this.clear();
    else if (this.#timer !== undefined && this.#ms === ms) this.#timer.refresh();
    else {
      clearTimeout(this.#timer);
      this.#ms = ms;
      this.#timer = setTimeout(() => this.#fire(), ms);
    }
  }

  /** Waits as long again from now. */
  again(): void {
    if (this.isAbout !== 'nothing') this.#timer?.refresh();
  }

  /** Waits no more; the timer may go off, for nothing. Cheaper than clear. */
  stop(): void {
    this.isAbout = 'nothing';
  }

  clear(): void {
    this.isAbout = 'nothing';
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #fire(): void {
    if (this.isAbout === 'nothing') return;
    this.isAbout = 'nothing';
    this.#onStall();
  }
}
