const keyedByName = 'JupyterHub itself answers with an object by name and never in pages; its document says otherwise';
const otherFields = 'JupyterHub itself reads api_url and auth_token; its document says otherwise';
const sharesNotCodes = 'JupyterHub itself answers with shares; its document says share codes';
const needsName =
  'JupyterHub itself asks for it for the user or group that is named, beside the scope shares; its document takes one for the other';
const noName = 'taking back tells nothing about whoever is named: JupyterHub itself answers {} for unknown ones';

/** Where tshub differs from the document of JupyterHub, and why. An entry covers what is below it. */
export const differences: Readonly<Record<string, string>> = {
  'GET /authorizations/token/{} scope (no_scope)': 'any credentials will do, which is what (no_scope) says',
  'GET /services 200 []': keyedByName,
  'GET /services query limit': keyedByName,
  'GET /services query offset': keyedByName,
  'GET /services scope read:services': 'JupyterHub itself asks for list:services; its document says otherwise',
  'GET /users/{}/shared 200 items.[].expires_at': sharesNotCodes,
  'GET /users/{}/shared 200 items.[].id': sharesNotCodes,
  'PATCH /proxy body ip': otherFields,
  'PATCH /proxy body port': otherFields,
  'PATCH /proxy body protocol': otherFields,
  'PATCH /shares/{}/{} scope read:groups:name': noName,
  'PATCH /shares/{}/{} scope read:users:name': noName,
  'POST /authorizations/token': 'JupyterHub itself answers 404; tokens are made with POST /users/NAME/tokens',
  'POST /shares/{}/{} scope read:groups:name': needsName,
  'POST /shares/{}/{} scope read:users:name': needsName,
};
