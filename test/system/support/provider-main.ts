import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { makeProvider, type ProviderOptions } from '../../support/make-provider.ts';

/** Runs in the machine of the suite, as one file: an OpenID provider on port 8443. Arguments: key, certificate, a file of options. */
// Not the options themselves: the journal keeps the command line of whoever writes to it.
const [, , key = '', cert = '', options = ''] = process.argv;
const provider = makeProvider(JSON.parse(readFileSync(options, 'utf8')) as ProviderOptions);
createServer({ key: readFileSync(key), cert: readFileSync(cert) }, provider.callback()).listen(8443, '0.0.0.0');
