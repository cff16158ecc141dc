/** Shares and share codes, which the hub does not serve yet. */
export const notYet: readonly string[] = [
  'DELETE /groups/{}/shared/{}/{}',
  'DELETE /share-codes/{}/{}',
  'DELETE /shares/{}/{}',
  'DELETE /users/{}/shared/{}/{}',
  'GET /groups/{}/shared',
  'GET /groups/{}/shared/{}/{}',
  'GET /share-codes/{}',
  'GET /share-codes/{}/{}',
  'GET /shares/{}',
  'GET /shares/{}/{}',
  'GET /users/{}/shared',
  'GET /users/{}/shared/{}/{}',
  'PATCH /shares/{}/{}',
  'POST /share-codes/{}/{}',
  'POST /shares/{}/{}',
];

const keyedByName = 'JupyterHub itself answers with an object by name and never in pages; its document says otherwise';
const otherFields = 'JupyterHub itself reads api_url and auth_token; its document says otherwise';

/** Where tshub differs from the document of JupyterHub, and why. An entry covers what is below it. */
export const differences: Readonly<Record<string, string>> = {
  'GET /authorizations/token/{} scope (no_scope)': 'any credentials will do, which is what (no_scope) says',
  'GET /services 200 []': keyedByName,
  'GET /services query limit': keyedByName,
  'GET /services query offset': keyedByName,
  'GET /services scope read:services': 'JupyterHub itself asks for list:services; its document says otherwise',
  'PATCH /proxy body ip': otherFields,
  'PATCH /proxy body port': otherFields,
  'PATCH /proxy body protocol': otherFields,
  'POST /authorizations/token': 'JupyterHub itself answers 404; tokens are made with POST /users/NAME/tokens',
};
