import type { ComponentChildren } from 'preact';
import type { ImageStory } from '../../lib/history/image-story.ts';
import { imageLink } from '../../lib/history/page-links.ts';
import type { Status } from '../../lib/history/status.ts';
import type { ApiClient } from '../api/client.ts';
import { type Action, needsRetry } from '../model/actions.ts';
import { adviceFor, whyNotStarted } from '../model/advice.ts';
import { formatAge, formatTime, inWords } from '../model/format.ts';
import { ActionButton } from './action-button.tsx';
import { BeforeAfter } from './before-after.tsx';
import { CveTable } from './cve-table.tsx';
import { ImageHistory } from './image-history.tsx';
import { LineageTree } from './lineage-tree.tsx';
import { Name } from './name.tsx';
import { NotShown } from './not-shown.tsx';
import { Patch } from './patch.tsx';
import { StateMark } from './state-mark.tsx';
import { TitledPage } from './titled-page.tsx';
import { useAnswer } from './use-answer.ts';

interface Props {
  readonly client: ApiClient;
  /** A name that `findImage` accepts, such as the tag of a patch. */
  readonly image: string;
  /** Another object after each change, which loads the image again. */
  readonly status: Status | undefined;
  readonly onAction: (action: Action) => void;
}

/** All about one image: what to do next, before and after, its patch, and what the runs did. */
export function ImagePage({ client, image, status, onAction }: Props) {
  const path = encodeURIComponent(image).replaceAll('%2F', '/').replaceAll('%3A', ':');
  const {
    value: story,
    fault,
    retry,
  } = useAnswer<ImageStory>(client, `/api/images/${path}`, status);
  return (
    <TitledPage subject={image} title={story?.image ?? image}>
      {fault !== undefined && <NotShown fault={fault} linkOf={imageLink} onRetry={retry} />}
      {story === undefined && fault === undefined && <p role="status">Loading…</p>}
      {story !== undefined && (
        <Story story={story} onAction={onAction}>
          <CveTable client={client} path={path} image={story} />
          <LineageTree client={client} path={path} image={story} />
        </Story>
      )}
    </TitledPage>
  );
}

function Story({
  story,
  onAction,
  children,
}: {
  readonly story: ImageStory;
  readonly onAction: Props['onAction'];
  readonly children: ComponentChildren;
}) {
  const retry = needsRetry([story]);
  const images = [story.image];
  const whyNot = whyNotStarted(story);
  return (
    <>
      <p class="image-state">
        <StateMark state={story.state} />
        {story.reason !== null && <span class="reason">{inWords(story.reason)}</span>}
        {story.at !== null && (
          <time dateTime={story.at} title={formatTime(story.at)} class="quiet">
            {formatAge(story.at, new Date())}
          </time>
        )}
      </p>
      {story.detail !== null && (
        <p class="detail">
          <Name text={story.detail} />
        </p>
      )}
      <section class="card next" aria-labelledby="next">
        <h2 id="next">What to do next</h2>
        <p>
          <Name text={adviceFor(story)} />
        </p>
        {whyNot === undefined ? (
          <ActionButton onClick={() => onAction({ kind: 'start', images, retry })}>
            {retry ? 'Retry this image' : 'Start a run for this image'}
          </ActionButton>
        ) : (
          <p class="quiet">No run can be started for it. {whyNot}</p>
        )}
      </section>
      <div class="pair-of-cards">
        <BeforeAfter image={story} />
        <Patch image={story} />
      </div>
      {children}
      <ImageHistory history={story.history} now={new Date()} />
    </>
  );
}
