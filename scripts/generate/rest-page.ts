import { apiBase, routes, type Route } from '@tshub/contract';
import * as z from 'zod';
import { notice, table, type Document } from './document.ts';

const head = ['request', 'does', 'any scope of', 'takes', 'answers', 'name'];
const intro = `Send \`Authorization: token TEXT\`. Bodies are JSON, but for those of OAuth, which are forms; errors are \`{"status": 404, "message": "…"}\`. Paths begin with \`${apiBase}\`. What a request takes: \`?name\` in the query, the others in the body. Every field of what goes in and out is in the [OpenAPI document](openapi.json), made of the same table; see also [scopes](scopes.md) and [errors](errors.md).`;
const openTo = { anyone: 'open to anyone', credentials: 'any credentials', handler: 'as its handler decides' } as const;

export function restPage(): Document[] {
  const all = Object.entries(routes) as Array<[string, Route]>;
  const nouns = [...new Set(all.map(([name]) => nounOf(name)))].toSorted();
  const sections = nouns.map((noun) => {
    const rows = all.filter(([name]) => nounOf(name) === noun).map(([name, route]) => row(name, route));
    return `## ${noun}\n\n${table(head, rows)}\n`;
  });
  const text = `<!-- ${notice} -->\n# REST API\n\n${intro}\n\n${sections.join('\n')}`;
  return [{ path: 'docs/reference/rest.md', text }];
}

function nounOf(name: string): string {
  return name.split('.')[0] ?? name;
}

function row(name: string, route: Route): string[] {
  const scopes = route.scopes.map((scope) => `\`${scope}\``);
  const open = route.open === undefined ? [] : [openTo[route.open]];
  const takes = [...fieldsOf(route.query).map((field) => `?${field}`), ...fieldsOf(route.body ?? route.form)];
  return [
    `\`${route.method} ${route.path}\``,
    route.says,
    [...scopes, ...open].join(' or '),
    takes.map((field) => `\`${field}\``).join(' '),
    Object.keys(route.answers).join(', '),
    `\`${name}\``,
  ];
}

/** The names of the fields, also of a body that may be left out. */
function fieldsOf(schema: z.ZodType | undefined): string[] {
  const inner = schema instanceof z.ZodNullable ? schema.unwrap() : schema;
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}
