interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: Error };
}

/** A service's answer as its contract has it. Another form means another version of tshub. */
export function understand<T>(schema: Schema<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new Error(
    'a daemon answered in a form that this tshubctl does not know; was tshub upgraded without a restart?',
    {
      cause: parsed.error,
    },
  );
}
