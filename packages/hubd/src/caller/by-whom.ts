import type { Caller } from './caller.ts';

/** Who did something, from where and with what, for the journal: TSHUB_BY, TSHUB_FROM, TSHUB_VIA. */
export function byWhom({ owner, from, via, tokenId }: Caller): {
  readonly by: string;
  readonly from: string;
  readonly via: string;
} {
  return { by: owner.name, from, via: tokenId === null ? via : `token a${tokenId}` };
}
