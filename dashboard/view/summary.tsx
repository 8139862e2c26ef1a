import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Overview } from '../api/load.ts';
import type { Action } from '../model/actions.ts';
import { counted, formatAge, formatCount, inWords } from '../model/format.ts';
import { sectionOf } from '../model/sections.ts';
import { ActionButton } from './action-button.tsx';

interface Props {
  readonly overview: Overview;
  readonly now: Date;
  readonly onAction: (action: Action) => void;
}

/** The answer to "are we patched?" in one look. */
export function Summary({ overview, now, onAction }: Props) {
  const { images, status, isWhole, isCut } = overview;
  const heading = useRef<HTMLHeadingElement>(null);
  // A screen reader starts here, after signing in and on the way back from an image.
  useLayoutEffect(() => heading.current?.focus(), []);
  const waiting = images.filter((image) => sectionOf(image) === 'waiting').length;
  const { findings, findingsWithPatches, openFixable, countsUnknown, lastRun } = status;
  return (
    <section class="summary" aria-labelledby="headline" aria-busy={!isWhole}>
      <div class="headline">
        <h1 id="headline" ref={heading} tabIndex={-1}>
          {waiting === 0
            ? 'No image waits for you'
            : `${counted(waiting, 'image')} ${waiting === 1 ? 'waits' : 'wait'} for you`}
        </h1>
        <p class="quiet">
          {isWhole
            ? lastRunText(lastRun, now)
            : `Loading: ${formatCount(images.length)} of ${counted(status.images, 'image')}.`}
          {isCut &&
            ` The page has the first ${counted(images.length, 'image')} only. The command line lists all: patchwright images list.`}
          {!status.complete && ' The inventory is larger than what was counted here.'}
        </p>
        <ActionButton onClick={() => onAction({ kind: 'start-all' })}>Start a run</ActionButton>
      </div>
      <dl class="tiles">
        <Tile label="images" value={formatCount(status.images)} />
        <Tile
          label="open and fixable"
          value={formatCount(openFixable)}
          note="without a patch that fixes all"
        />
        <Tile
          label="critical findings"
          value={formatCount(findings.critical)}
          note={`${formatCount(findingsWithPatches.critical)} once the patches are deployed`}
        />
        <Tile
          label="not known"
          value={formatCount(countsUnknown)}
          note="no scan tells their findings"
        />
      </dl>
    </section>
  );
}

function lastRunText(run: Overview['status']['lastRun'], now: Date): string {
  const ended = run?.finishedAt ?? run?.createdAt ?? null;
  if (run === null || ended === null) return 'No run has ended yet.';
  return `The last run ended ${formatAge(ended, now)}: ${inWords(run.state)}.`;
}

function Tile({ label, value, note }: { label: string; value: string; note?: string }) {
  return (
    <div class="tile">
      <dt>{label}</dt>
      <dd>
        <span class="value">{value}</span>
        {note !== undefined && <span class="note">{note}</span>}
      </dd>
    </div>
  );
}
