import { imageLink, runLink } from '../../lib/history/page-links.ts';
import type { RunView } from '../../lib/history/run-view.ts';
import type { TargetView } from '../../lib/history/target-view.ts';
import type { Action } from '../model/actions.ts';
import { counted, formatAge, formatCount } from '../model/format.ts';
import { progressOf } from '../model/run-outcomes.ts';
import { ActionButton } from './action-button.tsx';
import { Name } from './name.tsx';
import { StateMark } from './state-mark.tsx';

interface Props {
  readonly runs: readonly RunView[];
  readonly working: readonly TargetView[];
  readonly now: Date;
  readonly onAction: (action: Action) => void;
}

const ROWS = 20;

export function ActiveRuns({ runs, working, now, onAction }: Props) {
  return (
    <section class="card running" aria-labelledby="section-running">
      <h2 id="section-running">
        Running <span class="count">{formatCount(runs.length)}</span>
      </h2>
      {runs.length === 0 && <p class="quiet">No run is active.</p>}
      {runs.map((run) => (
        <Active
          key={run.runId}
          run={run}
          working={working.filter(({ runId }) => runId === run.runId)}
          now={now}
          onAction={onAction}
        />
      ))}
    </section>
  );
}

function Active(props: Omit<Props, 'runs'> & { readonly run: RunView }) {
  const { run, working, now, onAction } = props;
  const done = (run.targets ?? 0) - (run.active ?? 0);
  return (
    <div class="group">
      <h3>
        <a href={runLink(run.runId)}>Run {run.runId}</a>
        {run.dryRun && <span class="reason">dry run</span>}
      </h3>
      <progress aria-label={`Progress of run ${run.runId}`} value={progressOf(run)} max={1} />
      <p>
        {formatCount(done)} of {counted(run.targets ?? 0, 'image')} done
        {run.createdAt !== null && `, started ${formatAge(run.createdAt, now)}`}
        {run.expectedAt !== null && `, expected to end ${formatAge(run.expectedAt, now)}`}
      </p>
      <ul class="names">
        {working.slice(0, ROWS).map(({ image, state }) => (
          <li key={image}>
            <StateMark state={state} />{' '}
            <a href={imageLink(image)}>
              <Name text={image} />
            </a>
          </li>
        ))}
        {working.length > ROWS && (
          <li class="quiet">and {formatCount(working.length - ROWS)} more</li>
        )}
      </ul>
      {run.canceledBy === null ? (
        <ActionButton onClick={() => onAction({ kind: 'cancel', runId: run.runId })}>
          Cancel this run
        </ActionButton>
      ) : (
        <p class="quiet">It is being canceled.</p>
      )}
    </div>
  );
}
