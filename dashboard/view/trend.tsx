import { runLink } from '../../lib/history/page-links.ts';
import type { RunView } from '../../lib/history/run-view.ts';
import { formatCount, formatTime, inWords } from '../model/format.ts';
import { type Bar, barsOf, OUTCOME_LABELS, OUTCOMES, outcomesOf } from '../model/run-outcomes.ts';
import { startersOf } from '../model/starters.ts';
import { Name } from './name.tsx';

const HEIGHT = 100;
const STEP = 12;

/** The outcomes of the last runs, as bars and as a table. */
export function Trend({ runs }: { readonly runs: readonly RunView[] }) {
  const bars = barsOf(runs);
  const most = Math.max(1, ...bars.map(({ total }) => total));
  const used = OUTCOMES.filter((outcome) => runs.some((run) => (run[outcome] ?? 0) > 0));
  return (
    <section class="card" aria-labelledby="trend">
      <h2 id="trend">Runs over time</h2>
      {bars.length === 0 ? (
        <p class="quiet">No run yet.</p>
      ) : (
        <>
          <svg
            class="chart"
            viewBox={`0 0 ${Math.max(bars.length, 14) * STEP} ${HEIGHT}`}
            preserveAspectRatio="none"
            aria-hidden="true"
          >
            {bars.map((bar, index) => (
              <Column key={bar.run.runId} bar={bar} x={index * STEP} scale={HEIGHT / most} />
            ))}
          </svg>
          <ul class="legend">
            {used.map((outcome) => (
              <li key={outcome}>
                <span class={`dot ${outcome}`} aria-hidden="true" /> {OUTCOME_LABELS[outcome]}
              </li>
            ))}
          </ul>
          <p class="quiet started">
            Started by <Name text={startersOf(runs)} />.
          </p>
          <details>
            <summary>As a table</summary>
            <RunTable runs={runs} />
          </details>
        </>
      )}
    </section>
  );
}

function Column({ bar, x, scale }: { bar: Bar; x: number; scale: number }) {
  return (
    <g>
      {bar.parts.map(({ outcome, from, count }) => (
        <rect
          key={outcome}
          class={`fill-${outcome}`}
          x={x}
          y={HEIGHT - (from + count) * scale}
          width={STEP - 3}
          height={count * scale}
        />
      ))}
    </g>
  );
}

function RunTable({ runs }: { readonly runs: readonly RunView[] }) {
  return (
    <table class="runs">
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">Outcomes</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.runId}>
            <th scope="row">
              <a href={runLink(run.runId)}>
                {run.createdAt === null ? run.runId : formatTime(run.createdAt)}
              </a>
              <span class="detail">
                {inWords(run.state)}
                {run.dryRun && ', dry run'}
                {run.startedBy !== null && (
                  <>
                    {', by '}
                    <Name text={run.startedBy} />
                  </>
                )}
              </span>
            </th>
            <td>
              {outcomesOf(run)
                .map(([outcome, count]) => `${formatCount(count)} ${OUTCOME_LABELS[outcome]}`)
                .join(', ') || 'no images'}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
