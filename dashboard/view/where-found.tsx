import type { FindingView } from '../../lib/history/finding-view.ts';
import { imageLink } from '../../lib/history/page-links.ts';
import type { ApiClient } from '../api/client.ts';
import type { Page } from '../api/load-images.ts';
import { counted, formatAge } from '../model/format.ts';
import { Name } from './name.tsx';
import { useAnswer } from './use-answer.ts';

interface Props {
  readonly client: ApiClient;
  readonly vulnerability: string;
  readonly now: Date;
}

const MOST = 100;

const STATES = {
  open: 'open',
  'open-no-fix': 'no fix yet',
  fixed: 'fixed by the patch',
  gone: 'gone',
} as const;

/** The images that have a vulnerability, by one question to the app. */
export function WhereFound({ client, vulnerability, now }: Props) {
  const path = `/api/findings/${encodeURIComponent(vulnerability)}?limit=${MOST}`;
  const { value, fault } = useAnswer<Page<FindingView>>(client, path, now);
  const more = value !== undefined && value.next !== null ? ' at least' : '';
  return (
    <section class="card where-found" aria-labelledby="where-found">
      <h2 id="where-found">Where {vulnerability} is</h2>
      <p class="quiet" role="status">
        {fault?.text}
        {value === undefined && fault === undefined && 'Loading…'}
        {value !== undefined &&
          (value.items.length === 0
            ? 'No image has it.'
            : `${counted(value.items.length, 'image')}${more}.`)}
      </p>
      {value !== undefined && value.items.length > 0 && (
        <table class="history">
          <thead>
            <tr>
              <th scope="col">Image</th>
              <th scope="col">State</th>
              <th scope="col">Severity</th>
              <th scope="col">Packages</th>
              <th scope="col">Fixed in</th>
              <th scope="col">Seen</th>
            </tr>
          </thead>
          <tbody>
            {value.items.map(({ image, state, severity, packages, fixedVersion, seenSince }) => (
              <tr key={image}>
                <th scope="row">
                  <a href={imageLink(image)}>
                    <Name text={image} />
                  </a>
                </th>
                <td data-label="State">{STATES[state]}</td>
                <td data-label="Severity">
                  <span class={`severity ${severity}`}>{severity}</span>
                </td>
                <td data-label="Packages">
                  <Name text={packages} />
                </td>
                <td data-label="Fixed in">
                  <Name text={fixedVersion ?? '–'} />
                </td>
                <td data-label="Seen">{seenSince === null ? '–' : formatAge(seenSince, now)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
