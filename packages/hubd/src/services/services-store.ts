import type { Knex } from 'knex';
import type { Service } from './service.ts';

interface Row {
  readonly name: string;
  readonly managed: Service['managed'];
  readonly admin: number | boolean;
  readonly definition: string;
}

export interface ServicesStore {
  all(): Promise<readonly Service[]>;
  /** Adds or replaces. */
  put(service: Service): Promise<void>;
  remove(name: string): Promise<void>;
}

export function makeServicesStore(db: Knex): ServicesStore {
  return {
    async all() {
      const rows: Row[] = await db<Row>('services').orderBy('name');
      return rows.map(({ name, managed, admin, definition }) => ({
        ...(JSON.parse(definition) as Omit<Service, 'admin' | 'managed' | 'name'>),
        name,
        managed,
        admin: Boolean(admin),
      }));
    },
    async put({ name, managed, admin, ...definition }) {
      await db('services')
        .insert({ name, managed, admin, definition: JSON.stringify(definition) })
        .onConflict('name')
        .merge(['managed', 'admin', 'definition']);
    },
    async remove(name) {
      await db('services').where({ name }).del();
    },
  };
}
