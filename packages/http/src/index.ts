export { type Calls, makeCalls, type Question } from './call.ts';
export { bodyLimit, readForm, readJson, type BodyOptions, type Form } from './body.ts';
export {
  answerWithPages,
  errorBoundary,
  type ErrorBoundaryOptions,
  type FailureLog,
  type PublicError,
} from './error-boundary.ts';
export type { ApiRequest, Handler, Handlers, Reply } from './handler.ts';
export { mountRoutes, resourceOf, type MountOptions, type PathResource } from './mount.ts';
export { pageOf, pageWith, readPage, type Page, type PageLimits } from './paging.ts';
export { allowFormTarget, securityHeaders, type SecurityHeaders } from './security-headers.ts';
export { send } from './send.ts';
export { formatTimestamp, parseTimestamp } from './timestamp.ts';
export { parseInput, plainQuery } from './validate.ts';
