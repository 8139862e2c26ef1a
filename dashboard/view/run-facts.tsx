import { costText, groupsText, requestsText } from '../../lib/history/run-use-text.ts';
import type { RunView } from '../../lib/history/run-view.ts';
import { formatAge, formatCount, formatDuration, formatTime, inWords } from '../model/format.ts';
import { OUTCOME_LABELS, outcomesOf } from '../model/run-outcomes.ts';
import { Name } from './name.tsx';

interface Props {
  readonly run: RunView;
  readonly now: Date;
}

/** Who started a run, when, how long it took, and with what. */
export function RunFacts({ run, now }: Props) {
  return (
    <section class="card" aria-labelledby="facts">
      <h2 id="facts">About this run</h2>
      <dl class="pairs">
        {factsOf(run, now).flatMap(([label, text]) => [
          <dt key={`${label} label`}>{label}</dt>,
          <dd key={label}>
            <Name text={text} />
          </dd>,
        ])}
      </dl>
    </section>
  );
}

/** How many images had each outcome. */
export function RunOutcomes({ run }: { readonly run: RunView }) {
  const outcomes = outcomesOf(run);
  return (
    <section class="card" aria-labelledby="outcomes">
      <h2 id="outcomes">Outcomes</h2>
      {outcomes.length === 0 && <p class="quiet">No image has an outcome.</p>}
      <OutcomeCounts run={run} />
    </section>
  );
}

export function OutcomeCounts({ run }: { readonly run: RunView }) {
  return (
    <dl class="pairs outcomes">
      {outcomesOf(run).flatMap(([outcome, count]) => [
        <dt key={`${outcome} label`}>
          <span class={`dot ${outcome}`} aria-hidden="true" /> {OUTCOME_LABELS[outcome]}
        </dt>,
        <dd key={outcome}>{formatCount(count)}</dd>,
      ])}
    </dl>
  );
}

function factsOf(run: RunView, now: Date): readonly (readonly [string, string])[] {
  const { createdAt, finishedAt, expectedAt, databaseTime, images } = run;
  const facts: readonly (readonly [string, string | null])[] = [
    ['Started by', run.startedBy ?? inWords(run.trigger)],
    ['Started', createdAt === null ? null : formatTime(createdAt)],
    ['Ended', finishedAt === null ? null : formatTime(finishedAt)],
    [
      'Took',
      createdAt === null || finishedAt === null ? null : formatDuration(createdAt, finishedAt),
    ],
    [
      'Expected to end',
      finishedAt !== null || expectedAt === null ? null : formatAge(expectedAt, now),
    ],
    ['Canceled by', run.canceledBy],
    ['Kind', run.dryRun ? 'dry run' : null],
    ['Only for', images === null ? null : images.join(', ')],
    ['Vulnerability database of', databaseTime === null ? null : formatTime(databaseTime)],
    ['Container groups', groupsText(run)],
    ['Requests to storage', requestsText(run)],
    ['Cost', costText(run)],
    ['Tools', run.tools],
  ];
  return facts.flatMap(([label, text]) =>
    text === null || text === '' ? [] : [[label, text] as const],
  );
}
