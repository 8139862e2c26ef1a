import * as z from 'zod';
import { Annotation } from '../image/annotations.ts';
import type { Digest } from '../image/digest.ts';
import type { Descriptor } from '../image/manifest.ts';
import type { RepositoryName } from '../image/reference.ts';
import type { Registry } from '../registry/registry.ts';
import { plainText } from '../text/plain-text.ts';
import type { Referrer, Referrers } from './lineage.ts';
import type { Ask } from './within-time.ts';

const MOST = 20;
const LONGEST_TYPE = 255;

/** What is attached to any of these digests. One request for each digest, or more if its pages are small. */
export async function readReferrers(
  ask: Ask,
  registry: Pick<Registry, 'referrers'>,
  repository: RepositoryName,
  digests: readonly Digest[],
): Promise<Referrers> {
  const found = new Map<Digest, Descriptor>();
  for (const digest of digests) {
    const read = await ask(() => registry.referrers(repository, digest, { enough: MOST + 1 }));
    if (!read.ok) return listed(found, read.unread);
    for (const one of read.value) found.set(one.digest, one);
  }
  return listed(found, null);
}

/** No referrers, for this reason. */
export function unreadReferrers(unread: Referrers['unread']): Referrers {
  return listed(new Map(), unread);
}

function listed(found: ReadonlyMap<Digest, Descriptor>, unread: Referrers['unread']): Referrers {
  const items = [...found.values()].slice(0, MOST).map(referrerOf);
  return { items, more: found.size > MOST, unread };
}

function referrerOf({ artifactType = '', digest, size, annotations }: Descriptor): Referrer {
  const type = plainText(artifactType, LONGEST_TYPE);
  const created = new Map(Object.entries(annotations ?? {})).get(Annotation.created);
  return { artifactType: type === '' ? null : type, digest, size, createdAt: timeIn(created) };
}

/** An offset may move a time out of the years that ISO 8601 has, so the result is parsed too. */
function timeIn(text: string | undefined): string | null {
  const given = z.iso.datetime({ offset: true }).safeParse(text);
  if (!given.success) return null;
  const time = new Date(given.data);
  if (Number.isNaN(time.getTime())) return null;
  return z.iso.datetime().safeParse(time.toISOString()).data ?? null;
}
