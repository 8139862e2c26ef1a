import { useState } from 'preact/hooks';
import { type Action, MOST_IMAGES, needsRetry } from '../model/actions.ts';
import { counted, formatCount } from '../model/format.ts';
import { firstRows, type Section, type SectionName } from '../model/sections.ts';
import { ActionButton } from './action-button.tsx';
import { GroupTable } from './group-table.tsx';

interface Props {
  readonly section: Section;
  readonly now: Date;
  readonly onAction: (action: Action) => void;
}

/** Few at first: most people look at the first ones, and each row costs a frame some time. */
const FIRST_ROWS = 25;
const MORE_ROWS = 100;

const TITLES = {
  waiting: 'Waiting for you',
  open: 'Open: a later run takes them',
  planned: 'Planned',
  'left-alone': 'Left alone',
  done: 'Done',
} satisfies Record<SectionName, string>;

const ABOUT = {
  waiting: 'Failed, rejected, or in need of a decision.',
  open: 'They need a patch, and nobody has to do anything.',
  planned: 'A dry run would have patched them. A run that is no dry run does.',
  'left-alone': 'Nothing can patch them, or something else does. Each has its reason.',
  done: 'Clean, or with a patch to deploy.',
} satisfies Record<SectionName, string>;

/** One section: its groups by reason, with what to do, and the action for the chosen images. */
export function WorkSection({ section, now, onAction }: Props) {
  const { name, count, groups } = section;
  const [isOpen, setOpen] = useState(name === 'waiting' || name === 'open' || name === 'planned');
  const [limit, setLimit] = useState(FIRST_ROWS);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const id = `section-${name}`;
  const images =
    chosen.size === 0
      ? []
      : groups.flatMap((group) => group.images).filter(({ image }) => chosen.has(image));
  const retry = needsRetry(images);
  const shown = isOpen ? firstRows(groups, limit) : [];
  const rows = shown.reduce((sum, group) => sum + group.images.length, 0);
  const toggle = (names: readonly string[], isChosen: boolean) => {
    const next = new Set(chosen);
    for (const one of names) isChosen ? next.add(one) : next.delete(one);
    setChosen(next);
  };
  return (
    <section class={`card work-section ${count > 0 ? name : ''}`} aria-labelledby={id}>
      <h2 id={id}>
        <button type="button" class="fold" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {TITLES[name]} <span class="count">{formatCount(count)}</span>
        </button>
      </h2>
      <p class="quiet">{count === 0 ? 'None.' : ABOUT[name]}</p>
      {isOpen &&
        shown.map((group) => (
          <GroupTable
            key={`${group.state} ${group.reason}`}
            group={group}
            total={groups.find((one) => isSame(one, group))?.images.length ?? 0}
            chosen={chosen}
            now={now}
            onChoose={toggle}
          />
        ))}
      {isOpen && count > rows && (
        <button type="button" onClick={() => setLimit(rows + MORE_ROWS)}>
          Show {formatCount(Math.min(MORE_ROWS, count - rows))} more of {formatCount(count)}
        </button>
      )}
      {images.length > 0 && (
        <div class="chosen">
          <span role="status">
            {counted(images.length, 'image')} chosen
            {images.length > MOST_IMAGES && `: a run takes ${MOST_IMAGES} at most`}
          </span>
          <button type="button" onClick={() => setChosen(new Set())}>
            Choose none
          </button>
          <ActionButton
            primary
            disabled={images.length > MOST_IMAGES}
            onClick={() =>
              onAction({ kind: 'start', images: images.map(({ image }) => image), retry })
            }
          >
            {retry ? 'Retry' : 'Start a run'}
          </ActionButton>
        </div>
      )}
    </section>
  );
}

function isSame(one: Section['groups'][number], other: Section['groups'][number]): boolean {
  return one.state === other.state && one.reason === other.reason;
}
