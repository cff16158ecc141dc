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
      securitySchemes: {
        token: { type: 'apiKey', in: 'header', name: 'Authorization', description: '`token TEXT` or `bearer TEXT`' },
      },
    },
    security: [{ token: [] }],
    paths,
  };
  return [{ path: 'docs/reference/openapi.json', text: `${JSON.stringify(document, null, 2)}\n` }];
}

function operation(name: string, route: Route): unknown {
  return {
    operationId: name,
    summary: route.says,
    ...(route.open === 'anyone' ? { security: [] } : { security: [{ token: route.scopes }] }),
    parameters: [...pathParameters(route.path), ...queryParameters(route.query)],
    ...(route.body === undefined
      ? {}
      : { requestBody: { content: { 'application/json': { schema: jsonSchema(route.body) } } } }),
    responses: Object.fromEntries(Object.entries(route.answers).map(([status, answer]) => [status, response(answer)])),
  };
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
  return { description: 'the answer', content: { 'application/json': { schema: jsonSchema(answer) } } };
}

function jsonSchema(schema: z.ZodType): unknown {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}
