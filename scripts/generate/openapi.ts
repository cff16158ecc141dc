import { apiBase, routes, version, type Route } from '@tshub/contract';
import * as z from 'zod';
import type { Document } from './document.ts';

export function openapi(): Document[] {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, route] of Object.entries(routes) as Array<[string, Route]>) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operation(name, route);
  }
  const document = {
    openapi: '3.1.0',
    info: { title: 'tshub', version, description: 'The REST API of tshub, compatible with that of JupyterHub.' },
    servers: [{ url: apiBase }],
    components: {
      responses: { error: { description: 'refused or failed', content: json(errorModel) } },
      securitySchemes: {
        token: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: '`token TEXT` or `bearer TEXT`. The scopes of an operation are alternatives: one is enough.',
        },
      },
    },
    security: [{ token: [] }],
    paths,
  };
  return [{ path: 'docs/reference/openapi.json', text: `${JSON.stringify(document, null, 2)}\n` }];
}

const errorModel = z.object({ status: z.number(), message: z.string() });

function operation(name: string, route: Route): unknown {
  const answers = Object.entries(route.answers).map(([status, answer]) => [status, response(answer)]);
  return {
    operationId: name,
    tags: [name.split('.')[0]],
    summary: route.says,
    security: security(route),
    parameters: [...pathParameters(route.path), ...queryParameters(route.query)],
    ...requestBody(route),
    responses: { ...Object.fromEntries(answers), default: { $ref: '#/components/responses/error' } },
  };
}

/** One alternative for each scope; {} is nobody, for what is open or asks for credentials of its own. */
function security({ open, scopes }: Route): unknown[] {
  if (open === 'anyone') return [];
  const alternatives = scopes.map((scope) => ({ token: [scope] }));
  if (open === 'credentials') return [...alternatives, { token: [] }];
  return open === 'handler' ? [...alternatives, {}] : alternatives;
}

function requestBody({ body, form }: Route): { requestBody?: unknown } {
  if (body !== undefined) return { requestBody: { required: !body.safeParse(null).success, content: json(body) } };
  if (form === undefined) return {};
  const content = { 'application/x-www-form-urlencoded': { schema: jsonSchema(form) } };
  return { requestBody: { required: true, content } };
}

function pathParameters(path: string): unknown[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodType | undefined): unknown[] {
  if (query === undefined) return [];
  const { properties } = jsonSchema(query) as { properties?: Record<string, unknown> };
  return Object.entries(properties ?? {}).map(([name, schema]) => ({ name, in: 'query', required: false, schema }));
}

function response(answer: Route['answers'][number]): unknown {
  if (answer === 'empty') return { description: 'nothing' };
  if (answer === 'events') return { description: 'server-sent events', content: { 'text/event-stream': {} } };
  if (answer === 'page') return { description: 'a page', content: { 'text/html': {} } };
  if (answer === 'text') return { description: 'text', content: { 'text/plain': { schema: { type: 'string' } } } };
  if (answer === 'redirect') return { description: 'elsewhere', headers: { Location: { schema: { type: 'string' } } } };
  return { description: 'the answer', content: json(answer) };
}

function json(schema: z.ZodType): unknown {
  return { 'application/json': { schema: jsonSchema(schema) } };
}

function jsonSchema(schema: z.ZodType): unknown {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}
