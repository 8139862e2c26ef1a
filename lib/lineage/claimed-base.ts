import { Annotation } from '../image/annotations.ts';
import { Digest } from '../image/digest.ts';
import { plainText } from '../text/plain-text.ts';
import type { ClaimedBase } from './lineage.ts';

const LONGEST_NAME = 512;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,511}$/;

/**
 * The base image that an image claims in its annotations: OCI image specification 1.1, "Pre-Defined
 * Annotation Keys". Undefined if it claims none.
 */
export function claimedBase(
  annotations: Readonly<Record<string, unknown>>,
): ClaimedBase | undefined {
  const claims = new Map(Object.entries(annotations));
  const [name, digest] = [claims.get(Annotation.baseName), claims.get(Annotation.baseDigest)];
  if (name === undefined && digest === undefined) return undefined;
  const known = { name: nameIn(name), digest: Digest.safeParse(digest).data };
  return {
    name: known.name ?? null,
    digest: known.digest ?? null,
    malformed:
      (name !== undefined && known.name === undefined) ||
      (digest !== undefined && known.digest === undefined),
  };
}

function nameIn(claim: unknown): string | undefined {
  if (typeof claim !== 'string' || !NAME.test(claim)) return undefined;
  // A name with a credential in it is no name to show.
  return plainText(claim, LONGEST_NAME) === claim ? claim : undefined;
}
