import type { ImageView } from '../../lib/history/image-view.ts';
import { counted } from './format.ts';

/** An action that changes something. A person confirms each. */
export type Action =
  | { readonly kind: 'start'; readonly images: readonly string[]; readonly retry: boolean }
  | { readonly kind: 'start-all' }
  | { readonly kind: 'cancel'; readonly runId: string }
  | { readonly kind: 'replay'; readonly name: string };

/** A run takes at most this many named images. */
export const MOST_IMAGES = 100;

export interface Confirmation {
  readonly title: string;
  /** What will happen, one sentence each. */
  readonly effects: readonly string[];
  readonly button: string;
}

export function confirmationOf(action: Action): Confirmation {
  switch (action.kind) {
    case 'start':
      return startOf(action);
    case 'start-all':
      return {
        title: 'Start a run for all images?',
        effects: [
          'The run looks at every image in the policy, scans what changed, and patches what it can.',
          'It starts container groups, which cost money while they run.',
        ],
        button: 'Start the run',
      };
    case 'cancel':
      return {
        title: 'Cancel this run?',
        effects: [
          'The run starts no more work, and its container groups are deleted.',
          'Patches whose publishing has begun are finished. The next run takes the other images.',
        ],
        button: 'Cancel the run',
      };
    case 'replay':
      return {
        title: 'Send this message again?',
        effects: [
          'The app processes the message again. If it fails at every delivery, it is kept again.',
        ],
        button: 'Send it again',
      };
    default:
      return action satisfies never;
  }
}

/** True if one of the images backs off, or failed and will: only a retry takes it now. */
export function needsRetry(images: readonly ImageView[]): boolean {
  return images.some(
    ({ state, reason }) => state === 'failed' || state === 'rejected' || reason === 'backing-off',
  );
}

function startOf({ images, retry }: Extract<Action, { kind: 'start' }>): Confirmation {
  const many = counted(images.length, 'image');
  return {
    title: retry ? `Retry ${many}?` : `Start a run for ${many}?`,
    effects: [
      `A run starts for ${images.length === 1 ? 'this image' : 'these images'} alone.`,
      ...(retry ? ['It ends their back-off, so that they are tried at once.'] : []),
      'It starts container groups, which cost money while they run.',
    ],
    button: retry ? 'Retry' : 'Start the run',
  };
}
