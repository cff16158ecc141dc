/** What became of starts that failed: their units are gone when somebody asks. */
export interface Failures {
  readonly note: (unit: string, detail: string) => void;
  readonly of: (unit: string) => string;
}

export function makeFailures(most = 256): Failures {
  const details = new Map<string, string>();
  return {
    note(unit, detail) {
      details.delete(unit);
      if (detail !== '') details.set(unit, detail);
      const [oldest] = details.keys();
      if (details.size > most && oldest !== undefined) details.delete(oldest);
    },
    of: (unit) => details.get(unit) ?? '',
  };
}
