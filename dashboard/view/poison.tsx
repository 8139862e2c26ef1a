import type { KeptMessage } from '../../lib/pipeline/upkeep/replay-poison.ts';
import type { Action } from '../model/actions.ts';
import { formatAge, inWords } from '../model/format.ts';
import { ActionButton } from './action-button.tsx';

interface Props {
  readonly messages: readonly KeptMessage[];
  readonly now: Date;
  readonly onAction: (action: Action) => void;
}

const ROWS = 20;

/** Messages that failed at every delivery. Without any, the section is left out. */
export function Poison({ messages, now, onAction }: Props) {
  if (messages.length === 0) return null;
  return (
    <section class="card work-section waiting" aria-labelledby="section-poison">
      <h2 id="section-poison">
        Messages that failed <span class="count">{messages.length}</span>
      </h2>
      <p class="quiet">
        A message failed at every delivery. Find out why before you send it again: the log of the
        app says it.
      </p>
      <ul class="rows">
        {messages.slice(-ROWS).map(({ name, queue, poisonedAt, why }) => (
          <li key={name}>
            <span>
              {queue}, {inWords(why)}, {formatAge(poisonedAt, now)}
            </span>
            <ActionButton
              label={`Send again: ${name}`}
              onClick={() => onAction({ kind: 'replay', name })}
            >
              Send again
            </ActionButton>
          </li>
        ))}
      </ul>
    </section>
  );
}
