import { apiBase, routes, type Route } from '@tshub/contract';
import { notice, table, type Document } from './document.ts';

export function restPage(): Document[] {
  const rows = (Object.entries(routes) as Array<[string, Route]>).map(([name, route]) => [
    `\`${route.method}\``,
    `\`${apiBase}${route.path === '/' ? '' : route.path}\``,
    route.says,
    route.scopes.length > 0 ? route.scopes.map((scope) => `\`${scope}\``).join(' or ') : (route.open ?? ''),
    Object.keys(route.answers).join(', '),
    `\`${name}\``,
  ]);
  const text = `<!-- ${notice} -->\n# REST API\n\nSend \`Authorization: token TEXT\`. Bodies are JSON; errors are \`{"status": 404, "message": "…"}\`. The same as an [OpenAPI document](openapi.json); [scopes](scopes.md), [errors](errors.md).\n\n${table(['method', 'path', 'does', 'any scope of', 'answers', 'name'], rows)}\n`;
  return [{ path: 'docs/reference/rest.md', text }];
}
