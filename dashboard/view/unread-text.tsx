import type { Unread } from '../../lib/lineage/lineage.ts';
import { Name } from './name.tsx';

/** Why something is not shown, and what to do. */
export function UnreadText({ unread }: { readonly unread: Unread }) {
  return (
    <span class="unread">
      Not known: <Name text={unread.detail} />; <Name text={unread.advice} />.
    </span>
  );
}
