import type { Referrer, Referrers } from '../../lib/lineage/lineage.ts';
import { artifactWords } from '../model/artifact-words.ts';
import { counted, formatTime, shortDigest } from '../model/format.ts';
import { Name } from './name.tsx';
import { UnreadText } from './unread-text.tsx';

interface Props {
  /** What they are attached to. */
  readonly of: string;
  readonly referrers: Referrers;
}

/** A longer list is closed at first. */
const MOST_OPEN = 6;

/** What is attached to an image. */
export function ReferrersList({ of, referrers: { items, more, unread } }: Props) {
  return (
    <div class="referrers">
      {unread !== null && <UnreadText unread={unread} />}
      {items.length === 0 && unread === null && <span class="quiet">no referrers</span>}
      {items.length > 0 && (
        <details open={items.length <= MOST_OPEN}>
          <summary>
            {more ? `more than ${items.length} referrers` : counted(items.length, 'referrer')}{' '}
            <span class="hidden">
              of <Name text={of} />
            </span>
          </summary>
          <ul>
            {items.map((one) => (
              <Row key={one.digest} referrer={one} />
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function Row({
  referrer: { artifactType, digest, size, createdAt },
}: {
  readonly referrer: Referrer;
}) {
  return (
    <li>
      <span title={artifactType ?? ''}>
        <Name text={artifactWords(artifactType)} />
      </span>{' '}
      <code title={digest}>{shortDigest(digest)}</code>{' '}
      <span class="quiet">
        {counted(size, 'byte')}
        {createdAt !== null && `, ${formatTime(createdAt)}`}
      </span>
    </li>
  );
}
