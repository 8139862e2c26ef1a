import { formatPinned, type RepositoryName, Tag } from '../../image/reference.ts';
import type { RepositoryRule } from '../../policy/policy.ts';
import type { TagAttributes } from '../../registry/registry.ts';
import type { Services } from '../services.ts';
import type { Inspection } from './inspect-image.ts';

type Source = Extract<Inspection, { readonly kind: 'source' }>;

interface About {
  readonly services: Services;
  readonly rule: RepositoryRule;
  readonly tags: ReadonlyMap<Tag, TagAttributes>;
}

/** True for a patch of ours whose form is of a template that the policy has no longer. */
export async function hasFormerBase(
  { services, rule, tags }: About,
  attributes: TagAttributes,
  { isPatch }: Source,
): Promise<boolean> {
  if (isPatch !== true) return false;
  const { repository } = rule;
  const base = await services.inventory.findPatchBase({ repository, ...attributes });
  return base !== undefined && tags.has(base);
}

/**
 * True for an image that claims to be a patch of the image behind a tag with which its own begins, as
 * one of a former template after the tables were lost.
 */
export function namesTag(
  { registry }: Pick<Services, 'registry'>,
  repository: RepositoryName,
  tags: ReadonlyMap<Tag, TagAttributes>,
  tag: Tag,
  { patchOf }: Source,
): boolean {
  if (patchOf?.by !== 'annotations') return false;
  const ends = [...tag.matchAll(/[-._]/g)].map(({ index }) => index);
  return ends.some((end) => {
    const base = tags.get(Tag.parse(tag.slice(0, Math.max(end, 1))));
    if (base === undefined) return false;
    return formatPinned(registry.host, { repository, digest: base.digest }) === patchOf.image;
  });
}
