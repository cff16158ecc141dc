import { filled, type Step } from '../flow.ts';

/** Only our own page may confirm. */
export const checkXsrf: Step = ({ ctx, parts, form, session }) => {
  parts.xsrf.check(ctx, filled(session, 'session'), form?.get('_xsrf') ?? undefined);
};
