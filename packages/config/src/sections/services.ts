import { serviceName, serviceNameSays, serviceTarget, serviceUrlSays } from '@tshub/contract';
import * as z from 'zod';
import { absolutePath, environmentName, size, strings } from '../kinds.ts';
import { extraProperties } from '../unit-property.ts';

/** [services.NAME]: programs beside the hub, with a token, an address below /services/NAME/, or logins of the hub's users. */
export const services = z
  .record(
    z
      .string()
      .regex(serviceName, serviceNameSays)
      .refine((name) => name !== 'culler' && name !== 'tshubctl', 'expected another name: this one is a part of tshub'),
    z
      .strictObject({
        url: z
          .string()
          .refine((url) => url === '' || serviceTarget(url) !== null, serviceUrlSays)
          .default('')
          .meta({
            says: 'Where it listens on this host; people reach it below /services/NAME/. Such as "http://127.0.0.1:9999", or "http+unix://%2Frun%2Ftshub-services%2FNAME%2Fsock". Empty: it is not behind the proxy.',
          }),
        user: z.string().default('').meta({
          says: 'The account, or uid, whose process answers at url; the proxy sends nothing to another one. With command: who it runs as.',
        }),
        admin: z.boolean().default(false).meta({ says: 'Whether it holds the role "admin".' }),
        api_token_credential: z
          .string()
          .regex(/^$|^[A-Za-z0-9_.-]+$/, 'expected the name of a systemd credential')
          .default('')
          .meta({
            says: 'Credential of tshub.service that holds its token, at least 32 characters. Empty: the file /etc/tshub/services/NAME, if there is one. The text itself never stands in this file, which everybody can read.',
          }),
        oauth_client_id: z
          .string()
          .regex(/^$|^service-./, 'expected a name that begins with "service-"')
          .default('')
          .meta({ says: 'Its OAuth client; empty: service-NAME.' }),
        oauth_redirect_uri: z
          .string()
          .regex(/^$|^(?:https?:\/)?\//, 'expected a URL or a path')
          .default('')
          .meta({ says: 'Where people come back to from the login; empty: /services/NAME/oauth_callback.' }),
        oauth_no_confirm: z
          .boolean()
          .default(false)
          .meta({ says: 'Whether people are sent on without being asked whether they allow it.' }),
        oauth_client_allowed_scopes: strings.default([]).meta({
          says: 'What it may do in the name of people who log in there, beyond knowing who they are. Scopes, or names of roles.',
        }),
        display: z.boolean().default(true).meta({ says: 'Whether the home page shows it to who may use it.' }),
        info: z.record(z.string(), z.unknown()).default({}).meta({ says: 'Free for programs that read the service.' }),
        command: strings.default([]).meta({
          says: 'Program, as an absolute path, and arguments, which tshub runs as the unit tshub-service-NAME.service: as user, with its token and address in the variables that services of JupyterHub read, started again when it fails. Empty: it is run by somebody else.',
        }),
        dynamic_user: z.boolean().default(false).meta({
          says: 'With command: user is no account of this host, but made up by systemd for as long as the service runs; its files are in /var/lib/tshub-services/NAME.',
        }),
        environment: z
          .record(environmentName, z.string().regex(/^\P{Cc}*$/u, 'expected a text without control characters'))
          .default({})
          .meta({ says: 'With command: further variables. Everybody on this host can read them.' }),
        working_directory: absolutePath.optional().meta({ says: 'With command: where it is run; left out: "/".' }),
        mem_limit: size.default(0).meta({ says: 'With command: memory above which it is killed; 0: no limit.' }),
        cpu_limit: z.number().nonnegative().default(0).meta({ says: 'With command: CPUs; 0: no limit.' }),
        tasks_max: z
          .number()
          .int()
          .nonnegative()
          .default(0)
          .meta({ says: 'With command: processes and threads; 0: the default of the host.' }),
        unit_extra_properties: extraProperties.default({}).meta({
          says: 'With command: further properties of the unit, as in [spawner].',
        }),
      })
      .refine((service) => service.command.length === 0 || absolutePath.safeParse(service.command[0]).success, {
        message: 'expected the absolute path of a program first',
        path: ['command'],
      })
      .refine((service) => service.command.length === 0 || !['', '0', 'root'].includes(service.user), {
        message: 'expected the account that runs it, which is not root',
        path: ['user'],
      })
      .refine((service) => service.command.length > 0 || !service.dynamic_user, {
        message: 'expected a command, which it is for',
        path: ['dynamic_user'],
      })
      .refine((service) => service.url === '' || service.user !== '', {
        message: 'expected the account whose process answers at url',
        path: ['user'],
      }),
  )
  .superRefine((all, ctx) => {
    const seen = new Map<string, string>();
    for (const [name, { oauth_client_id }] of Object.entries(all)) {
      const id = oauth_client_id === '' ? `service-${name}` : oauth_client_id;
      const other = seen.get(id);
      if (other !== undefined)
        ctx.addIssue({
          code: 'custom',
          path: [name, 'oauth_client_id'],
          message: `expected another one: service ${JSON.stringify(other)} has it`,
        });
      seen.set(id, name);
    }
  })
  .prefault({});
