import type { Fault } from '../api/client.ts';
import { Name } from './name.tsx';

interface Props {
  readonly fault: Fault;
  /** The address of one of the nearest names. */
  readonly linkOf: (name: string) => string;
  readonly onRetry: () => void;
}

/** Why a page has no content, with links to the nearest names. */
export function NotShown({ fault, linkOf, onRetry }: Props) {
  return (
    <div class="card problem">
      <p role="alert">
        <Name text={fault.text} />
      </p>
      {fault.kind === 'failed' && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
      <ul>
        {fault.nearest.map((name) => (
          <li key={name}>
            <a href={linkOf(name)}>
              <Name text={name} />
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
