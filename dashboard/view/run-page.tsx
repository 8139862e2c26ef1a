import { runLink } from '../../lib/history/page-links.ts';
import type { RunView } from '../../lib/history/run-view.ts';
import type { Status } from '../../lib/history/status.ts';
import type { TargetView } from '../../lib/history/target-view.ts';
import type { ApiClient } from '../api/client.ts';
import type { Page } from '../api/load-images.ts';
import type { Action } from '../model/actions.ts';
import { inWords } from '../model/format.ts';
import { isActive, progressOf } from '../model/run-outcomes.ts';
import { ActionButton } from './action-button.tsx';
import { Name } from './name.tsx';
import { NotShown } from './not-shown.tsx';
import { RunFacts, RunOutcomes } from './run-facts.tsx';
import { RunImages } from './run-images.tsx';
import { TitledPage } from './titled-page.tsx';
import { useAnswer } from './use-answer.ts';

interface Props {
  readonly client: ApiClient;
  /** An id, a beginning that only one run has, or `latest`. */
  readonly run: string;
  /** Another object after each change, which loads the run again. */
  readonly status: Status | undefined;
  readonly onAction: (action: Action) => void;
}

/** All about one run: how it went, and what it did about each image. */
export function RunPage({ client, run: name, status, onAction }: Props) {
  const path = `/api/runs/${encodeURIComponent(name)}`;
  const { value: run, fault, retry } = useAnswer<RunView>(client, path, status);
  const images = run && `/api/runs/${encodeURIComponent(run.runId)}/images?limit=1000`;
  const listed = useAnswer<Page<TargetView>>(client, images, status);
  const { value: page } = listed;
  return (
    <TitledPage subject={name} title={`Run ${run?.runId ?? name}`}>
      {fault !== undefined && <NotShown fault={fault} linkOf={runLink} onRetry={retry} />}
      {run === undefined && fault === undefined && <p role="status">Loading…</p>}
      {run !== undefined && (
        <>
          <p class="image-state">
            <strong>{inWords(run.state)}</strong>
            {run.reason !== null && <span class="reason">{inWords(run.reason)}</span>}
          </p>
          {[run.detail, run.warnings, run.builderDetail].map(
            (text) =>
              text !== null &&
              text !== '' && (
                <p key={text} class="card advice">
                  <Name text={text} />
                </p>
              ),
          )}
          {isActive(run) && <Progress run={run} onAction={onAction} />}
          <div class="pair-of-cards">
            <RunFacts run={run} now={new Date()} />
            <RunOutcomes run={run} />
          </div>
          {listed.fault !== undefined && (
            <NotShown fault={listed.fault} linkOf={runLink} onRetry={listed.retry} />
          )}
          {page === undefined && listed.fault === undefined && <p role="status">Loading images…</p>}
          {page !== undefined && <RunImages targets={page.items} isCut={page.next !== null} />}
        </>
      )}
    </TitledPage>
  );
}

function Progress({ run, onAction }: { run: RunView; onAction: Props['onAction'] }) {
  return (
    <section class="card next" aria-labelledby="progress">
      <h2 id="progress">In progress</h2>
      <progress aria-label="Progress of the run" value={progressOf(run)} max={1} />
      {run.canceledBy === null ? (
        <ActionButton onClick={() => onAction({ kind: 'cancel', runId: run.runId })}>
          Cancel this run
        </ActionButton>
      ) : (
        <p class="quiet">It is being canceled.</p>
      )}
    </section>
  );
}
