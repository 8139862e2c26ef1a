import { useMemo } from 'preact/hooks';
import type { ApiClient, Fault } from '../api/client.ts';
import type { Overview } from '../api/load.ts';
import type { Action } from '../model/actions.ts';
import { filterImages, type ImageFilter, isFiltered } from '../model/filter-images.ts';
import { counted, formatCount } from '../model/format.ts';
import { byUrgency, sectionsOf } from '../model/sections.ts';
import { vulnerabilityIn, withoutVulnerability } from '../model/vulnerability.ts';
import { ActiveRuns } from './active-runs.tsx';
import { Exposure } from './exposure.tsx';
import { Filters } from './filters.tsx';
import { LastRun } from './last-run.tsx';
import { Poison } from './poison.tsx';
import { Posture } from './posture.tsx';
import { Summary } from './summary.tsx';
import { Trend } from './trend.tsx';
import { WhereFound } from './where-found.tsx';
import { WorkSection } from './work-section.tsx';

interface Props {
  readonly client: ApiClient;
  readonly overview: Overview | undefined;
  readonly fault: Fault | undefined;
  readonly filter: ImageFilter;
  readonly onFilter: (filter: ImageFilter) => void;
  readonly onAction: (action: Action) => void;
  readonly onRetry: () => void;
}

export function OverviewPage(props: Props) {
  const { overview, fault, onRetry } = props;
  if (overview === undefined && fault !== undefined) {
    return (
      <section class="card problem" aria-labelledby="problem">
        <h1 id="problem">The app can’t answer</h1>
        <p role="alert">{fault.text}</p>
        <button type="button" class="primary" onClick={onRetry}>
          Try again
        </button>
      </section>
    );
  }
  if (overview === undefined) {
    return (
      <p class="loading" role="status">
        Loading…
      </p>
    );
  }
  return <Content {...props} overview={overview} />;
}

function Content({ client, overview, filter, onFilter, onAction }: Props & { overview: Overview }) {
  const { images, runs, status, working, poison } = overview;
  const sorted = useMemo(() => images.toSorted(byUrgency), [images]);
  const vulnerability = vulnerabilityIn(filter.text);
  const wanted = useMemo(() => ({ ...filter, text: withoutVulnerability(filter.text) }), [filter]);
  const shown = useMemo(() => filterImages(sorted, wanted), [sorted, wanted]);
  const sections = useMemo(() => sectionsOf(shown), [shown]);
  const work = (name: string) => sections.filter((section) => section.name === name);
  const draw = (name: string) =>
    work(name).map((section) => (
      <WorkSection key={name} section={section} now={now} onAction={onAction} />
    ));
  const now = useMemo(() => new Date(), [overview]);
  // A filter changes none of these: the same element is not drawn again.
  const summary = useMemo(
    () => <Summary overview={overview} now={now} onAction={onAction} />,
    [overview, now, onAction],
  );
  const posture = useMemo(
    () => (
      <aside aria-label="Posture and runs">
        <Exposure status={status} now={now} />
        <Posture status={status} images={images} now={now} />
        <Trend runs={runs} />
        <LastRun run={status.lastRun} images={images} now={now} />
      </aside>
    ),
    [overview, now],
  );
  return (
    <>
      {summary}
      <div class="columns">
        <div class="work">
          <Filters images={images} filter={filter} onFilter={onFilter} />
          {vulnerability !== undefined && (
            <WhereFound client={client} vulnerability={vulnerability} now={now} />
          )}
          {isFiltered(wanted) && (
            <p class="quiet" role="status">
              {counted(shown.length, 'image')} of {formatCount(images.length)}
            </p>
          )}
          {draw('waiting')}
          <Poison messages={poison} now={now} onAction={onAction} />
          {draw('open')}
          {draw('planned')}
          <ActiveRuns runs={status.activeRuns} working={working} now={now} onAction={onAction} />
          {draw('left-alone')}
          {draw('done')}
        </div>
        {posture}
      </div>
    </>
  );
}
