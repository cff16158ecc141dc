import { accessScopes } from '../../access/roles.ts';
import { filled, type Step } from '../flow.ts';
import { identityScopes } from './check-scope.ts';

/** What the form confirms, and never more than was asked; identity and access are always part of it. */
export const narrowToForm: Step = (flow) => {
  const client = filled(flow.client, 'client');
  const confirmed = new Set([...(flow.form?.getAll('scopes') ?? []), ...accessScopes(client), ...identityScopes]);
  flow.scopes = filled(flow.scopes, 'scopes').filter((raw) => confirmed.has(raw));
};
