import { inject } from 'vitest';
import { Machine } from './machine.ts';
import { Visitor } from './visitor.ts';

const { name, address } = inject('machine');

/** The machine that all files of the suite share. */
export const machine = new Machine(name, address);
export const passwords = inject('passwords');

export function visitor(): Visitor {
  return new Visitor(machine.url);
}

/** Stops a person's server, whatever state it is in, so that the next test starts from nothing. */
export async function stopServer(user: string): Promise<void> {
  await machine.run(['tshubctl', 'server', 'stop', user], { fails: true });
}
