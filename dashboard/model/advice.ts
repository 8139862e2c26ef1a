import type { ImageView } from '../../lib/history/image-view.ts';
import { nextStep } from '../../lib/history/next-step.ts';
import type { Reason } from '../../lib/pipeline/records/reasons.ts';

/** Steps that the page has a button for. The command line names its commands instead. */
const BY_BUTTON: Partial<Record<Reason, string>> = {
  'backing-off':
    'Read on the image’s page what failed. It is tried again by itself; to try it now, choose it and press “Retry”.',
  'dry-run': 'Choose the images and press “Start a run”.',
};

/** What to do about an image: a button of this page if there is one. */
export function adviceFor(image: ImageView): string {
  const { state, reason, present, repository, patchTag } = image;
  const byButton = reason === null || !present ? undefined : BY_BUTTON[reason];
  if (byButton !== undefined) return byButton;
  return nextStep({
    state,
    present,
    repository,
    reason: reason ?? undefined,
    patchTag: patchTag ?? undefined,
  });
}

/** Why a run can't be started for an image. Undefined if it can. */
export function whyNotStarted({ state, reason, isPatch, present }: ImageView): string | undefined {
  if (!present) return 'The tag was deleted or has left the policy.';
  if (isPatch === true) return 'It is a patch: choose the image that it patches.';
  if (reason === 'entry-invalid') return 'Its entry in the policy can’t be used.';
  const isWorkedOn = ACTIVE.some((active) => active === state);
  return isWorkedOn ? 'A run works on it.' : undefined;
}

const ACTIVE = ['queued', 'scanning', 'patching', 'verifying', 'publishing'] as const;
