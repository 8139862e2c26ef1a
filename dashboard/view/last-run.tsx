import type { ImageView } from '../../lib/history/image-view.ts';
import { runLink } from '../../lib/history/page-links.ts';
import { costText } from '../../lib/history/run-use-text.ts';
import type { RunView } from '../../lib/history/run-view.ts';
import { formatAge, formatCount, formatTime, inWords } from '../model/format.ts';
import { Name } from './name.tsx';
import { OutcomeCounts } from './run-facts.tsx';

interface Props {
  /** The newest run that has ended. */
  readonly run: RunView | null;
  readonly images: readonly ImageView[];
  readonly now: Date;
}

const MOST_REASONS = 8;

/** What the last run did, and why it left images alone. */
export function LastRun({ run, images, now }: Props) {
  return (
    <section class="card" aria-labelledby="last-run">
      <h2 id="last-run">Last run</h2>
      {run === null ? (
        <p class="quiet">No run has ended yet.</p>
      ) : (
        <Ended {...{ run, images, now }} />
      )}
    </section>
  );
}

function Ended({ run, images, now }: Props & { readonly run: RunView }) {
  const ended = run.finishedAt ?? run.createdAt;
  const reasons = reasonsOf(images.filter(({ runId }) => runId === run.runId));
  return (
    <>
      <p>
        <strong>{inWords(run.state)}</strong>
        {run.reason !== null && `: ${inWords(run.reason)}`}
        {ended !== null && (
          <>
            ,{' '}
            <time dateTime={ended} title={formatTime(ended)}>
              {formatAge(ended, now)}
            </time>
          </>
        )}
      </p>
      <p class="quiet">
        <a href={runLink(run.runId)}>{run.runId}</a>
        {run.startedBy !== null && (
          <>
            , started by <Name text={run.startedBy} />
          </>
        )}
      </p>
      {[run.detail, run.warnings, run.builderDetail].map(
        (text) =>
          text !== null && (
            <p key={text} class="advice">
              <Name text={text} />
            </p>
          ),
      )}
      <OutcomeCounts run={run} />
      {costText(run) !== null && <p class="quiet">It cost {costText(run)}.</p>}
      {reasons.length > 0 && (
        <>
          <h3 class="posture-title">Reasons</h3>
          <dl class="pairs">
            {reasons
              .slice(0, MOST_REASONS)
              .flatMap(([reason, count]) => [
                <dt key={`${reason} label`}>{inWords(reason)}</dt>,
                <dd key={reason}>{formatCount(count)}</dd>,
              ])}
          </dl>
        </>
      )}
    </>
  );
}

/** How often each reason occurs, the most frequent first. */
function reasonsOf(images: readonly ImageView[]): readonly (readonly [string, number])[] {
  const counts = Map.groupBy(images, ({ reason }) => reason ?? '');
  return [...counts]
    .filter(([reason]) => reason !== '')
    .map(([reason, members]) => [reason, members.length] as const)
    .sort(([, one], [, other]) => other - one);
}
