import { TshubError } from '@tshub/contract';
import type { Step } from '../flow.ts';

/** Until the client is known there is nowhere to send the browser, so these errors are pages. */
export const checkClient: Step = async (flow) => {
  const [id, ...more] = flow.params.getAll('client_id');
  if (id === undefined || id === '') throw new TshubError('bad_request', { problem: 'Missing client_id parameter.' });
  const client = more.length === 0 ? await flow.parts.clients.get(id) : undefined;
  if (client === undefined) throw new TshubError('bad_request', { problem: 'Invalid client_id parameter value.' });
  flow.client = client;
};
