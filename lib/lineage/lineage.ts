import * as z from 'zod';
import { Digest } from '../image/digest.ts';

const Text = z.string().nullable();
const Time = z.iso.datetime().nullable();

/** Why a part of the lineage is not known, and what to do. */
export const Unread = z.object({
  reason: z.enum([
    'denied',
    'gone',
    'late',
    'malformed',
    'no-digest',
    'throttled',
    'unavailable',
    'unexpected',
  ]),
  detail: z.string(),
  advice: z.string(),
});
export type Unread = z.infer<typeof Unread>;

const Referrer = z.object({
  /** As its author wrote it. */
  artifactType: Text,
  digest: Digest,
  /** Of its manifest, in bytes. */
  size: z.number().int().nonnegative(),
  /** As its author wrote it. Null if there is no time, or no valid one. */
  createdAt: Time,
});
export type Referrer = z.infer<typeof Referrer>;

/** What is attached to an image: signatures, SBOMs, attestations, VEX documents. At most 20. */
const Referrers = z.object({
  items: z.array(Referrer),
  /** There are others. */
  more: z.boolean(),
  /** Null if they were read. */
  unread: Unread.nullable(),
});
export type Referrers = z.infer<typeof Referrers>;

const ClaimedBase = z.object({
  name: Text,
  digest: Digest.nullable(),
  /** A name or digest that is not shaped like one is left out. */
  malformed: z.boolean(),
});
export type ClaimedBase = z.infer<typeof ClaimedBase>;

const LineagePatch = z.object({
  tag: Text,
  digest: Digest,
  /** It is the newest one, to deploy. */
  newest: z.boolean(),
  /** The run that published it. Null if none of the last 30 did. */
  publishedBy: Text,
  /** The image that it was made from, as the patch says. Null if it was not read. */
  madeFrom: Digest.nullable(),
  referrers: Referrers,
});
export type LineagePatch = z.infer<typeof LineagePatch>;

/** Where an image comes from, and what was made from it, as rows and the registry say now. */
export const Lineage = z
  .object({
    image: z.string(),
    /** The base as the image itself claims: nobody verified it. Null if it claims none. */
    base: ClaimedBase.nullable(),
    /** Null if the image's claim was read. */
    baseUnread: Unread.nullable(),
    source: z.object({
      /** Null if the tag names a patch of this source. */
      tag: Text,
      digest: Digest.nullable(),
      /** The image that the tag named until it was pushed again, as a run found at `movedAt`. */
      previousDigest: Digest.nullable(),
      movedAt: Time,
      referrers: Referrers,
    }),
    /** The newest first, at most 5. */
    patches: z.array(LineagePatch),
    /** Number of patches that are left out. */
    olderPatches: z.number().int().nonnegative(),
  })
  .meta({ id: 'Lineage' });
export type Lineage = z.infer<typeof Lineage>;
