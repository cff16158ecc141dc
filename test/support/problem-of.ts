import { TshubError } from '@tshub/contract';

/** The TshubError that work ends with; throws when it ends well or with anything else. */
export async function problemOf(work: Promise<unknown>): Promise<TshubError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof TshubError) return error;
  throw new Error(`expected a TshubError, found ${String(error)}`);
}
