import { useEffect, useRef, useState } from 'preact/hooks';
import type { ImageStory } from '../../lib/history/image-story.ts';
import type { Status } from '../../lib/history/status.ts';
import type { ApiClient, Fault } from '../api/client.ts';
import { type Action, needsRetry } from '../model/actions.ts';
import { formatAge, formatTime, inWords } from '../model/format.ts';
import { imageLink } from '../model/route.ts';
import { BeforeAfter } from './before-after.tsx';
import { ImageHistory } from './image-history.tsx';
import { Lineage } from './lineage.tsx';
import { Name } from './name.tsx';
import { StateMark } from './state-mark.tsx';

interface Props {
  readonly client: ApiClient;
  readonly image: string;
  /** Another object after each change, which loads the image again. */
  readonly status: Status | undefined;
  readonly onAction: (action: Action) => void;
}

/** All about one image: what to do next, before and after, its patch, and what the runs did. */
export function ImagePage({ client, image, status, onAction }: Props) {
  const { story, fault } = useStory(client, image, status);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    scrollTo(0, 0);
    heading.current?.focus();
  }, [image]);
  return (
    <article class="image-page">
      <nav aria-label="Back">
        <a href="#/">← All images</a>
      </nav>
      <h1 ref={heading} tabIndex={-1}>
        <Name text={image} />
      </h1>
      {fault !== undefined && <NotShown fault={fault} />}
      {story === undefined && fault === undefined && <p role="status">Loading…</p>}
      {story !== undefined && <Story story={story} onAction={onAction} />}
    </article>
  );
}

function useStory(client: ApiClient, image: string, status: Status | undefined) {
  const [story, setStory] = useState<ImageStory>();
  const [fault, setFault] = useState<Fault>();
  useEffect(() => {
    setStory(undefined);
    setFault(undefined);
  }, [image]);
  useEffect(() => {
    let isCurrent = true;
    const path = image.split('/').map(encodeURIComponent).join('/').replaceAll('%3A', ':');
    void client.get<ImageStory>(`/api/images/${path}`).then((answer) => {
      if (!isCurrent) return;
      if (answer.ok) setStory(answer.value);
      setFault(answer.ok ? undefined : answer.fault);
    });
    return () => {
      isCurrent = false;
    };
  }, [client, image, status]);
  return { story, fault };
}

function NotShown({ fault }: { readonly fault: Fault }) {
  return (
    <div class="card problem">
      <p role="alert">
        <Name text={fault.text} />
      </p>
      <ul>
        {fault.nearest.map((name) => (
          <li key={name}>
            <a href={imageLink(name)}>
              <Name text={name} />
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Story({ story, onAction }: { story: ImageStory; onAction: Props['onAction'] }) {
  const retry = needsRetry([story]);
  const images = [story.image];
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
          <Name text={story.nextStep} />
        </p>
        <button type="button" onClick={() => onAction({ kind: 'start', images, retry })}>
          {retry ? 'Retry this image' : 'Start a run for this image'}
        </button>
      </section>
      <div class="pair-of-cards">
        <BeforeAfter image={story} />
        <Lineage image={story} />
      </div>
      <ImageHistory history={story.history} now={new Date()} />
    </>
  );
}
