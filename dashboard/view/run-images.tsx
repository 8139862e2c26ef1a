import { useState } from 'preact/hooks';
import { imageLink } from '../../lib/history/page-links.ts';
import type { TargetView } from '../../lib/history/target-view.ts';
import { counted, formatCount } from '../model/format.ts';
import { byAttention } from '../model/run-outcomes.ts';
import { Name } from './name.tsx';
import { TargetCells, TargetHeadings } from './target-cells.tsx';

interface Props {
  readonly targets: readonly TargetView[];
  /** The run has more images than these. */
  readonly isCut: boolean;
}

const ROWS = 100;

/** What a run did about each image, those that need a person first. */
export function RunImages({ targets, isCut }: Props) {
  const [limit, setLimit] = useState(ROWS);
  const shown = targets.toSorted(byAttention).slice(0, limit);
  return (
    <section class="card" aria-labelledby="run-images">
      <h2 id="run-images">
        Images <span class="count">{formatCount(targets.length)}</span>
      </h2>
      {isCut && (
        <p class="quiet">
          These are the first {counted(targets.length, 'image')} of the run. The command line lists
          all: patchwright runs show
        </p>
      )}
      {targets.length === 0 ? (
        <p class="quiet">The run has no images.</p>
      ) : (
        <table class="history">
          <thead>
            <tr>
              <th scope="col">Image</th>
              <TargetHeadings />
            </tr>
          </thead>
          <tbody>
            {shown.map((target) => (
              <tr key={target.image}>
                <th scope="row">
                  <a href={imageLink(target.image)}>
                    <Name text={target.image} />
                  </a>
                </th>
                <TargetCells target={target} />
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {targets.length > limit && (
        <button type="button" onClick={() => setLimit(limit + ROWS)}>
          Show {formatCount(Math.min(ROWS, targets.length - limit))} more of{' '}
          {formatCount(targets.length)}
        </button>
      )}
    </section>
  );
}
