import * as z from 'zod';
import { listenAddress, optionalPath } from '../kinds.ts';

/** [proxy_api]: configurable-http-proxy's REST API, and metrics. Its UNIX socket is always there, for root. */
export const proxyApi = z
  .strictObject({
    listen: listenAddress
      .default('')
      .meta({ says: 'Address of the REST API for routes, such as "127.0.0.1:8001"; "": only its UNIX socket.' }),
    token_file: optionalPath.default('').meta({
      says: 'File with the token that the API asks for; "": the credential tshub-proxy.api-token. An address needs one.',
    }),
    certificate_file: optionalPath
      .default('')
      .meta({ says: 'Certificate with which the address of listen speaks TLS; "": plain HTTP.' }),
    key_file: optionalPath.default('').meta({ says: 'Key of certificate_file.' }),
    client_ca_file: optionalPath.default('').meta({
      says: 'Certificates that vouch for those of the API\'s clients, which then need one beside the token; "": they need none.',
    }),
    metrics_listen: listenAddress
      .default('')
      .meta({ says: 'Address where everybody may read metrics for Prometheus, such as "127.0.0.1:8002"; "": none.' }),
  })
  .prefault({});
