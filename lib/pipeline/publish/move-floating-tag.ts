import { floatingTagOf } from '../../image/patch-tags.ts';
import type { Tag } from '../../image/reference.ts';
import type { TagConvention } from '../../image/tag-convention.ts';
import type { HeldJob } from '../held-job.ts';
import type { Outcome } from '../records/reasons.ts';
import type { Services } from '../services.ts';
import { putTag, type TaggedPatch } from './put-tag.ts';

export type MovedTag =
  | { readonly ok: true; readonly tag: Tag; readonly replacedPush: boolean }
  | { readonly ok: false; readonly outcome: Outcome };

/**
 * Points the floating tag to a patch that is published under its number. Idempotent: a tag that points
 * to it already stays.
 */
export async function moveFloatingTag(
  services: Services,
  held: HeldJob,
  patch: Omit<TaggedPatch, 'convention'> & { readonly alsoFloating: TagConvention },
): Promise<MovedTag> {
  const { repository, base, alsoFloating: convention, staged } = patch;
  const floating = floatingTagOf(base, convention);
  if (!floating.ok) {
    const { reason, detail } = floating;
    return { ok: false, outcome: { state: 'skipped', reason, detail } };
  }
  const { tag } = floating;
  const present = await services.registry.tag(repository, tag);
  if (present?.digest === staged) return { ok: true, tag, replacedPush: false };
  const put = await putTag(services, held, { ...patch, patchTag: tag, convention });
  switch (put) {
    case 'put':
    case 'put over another':
      return { ok: true, tag, replacedPush: put === 'put over another' };
    case 'taken': {
      const detail = `${tag} exists and is not a patch by Patchwright or ACR Continuous Patching`;
      return { ok: false, outcome: { state: 'skipped', reason: 'tag-ambiguous', detail } };
    }
    default:
      return { ok: false, outcome: put };
  }
}
