import type { Severity } from '../model/severities.ts';

/** The heading of a row: a severity with its color. */
export function SeverityHeading({ severity }: { readonly severity: Severity }) {
  return (
    <th scope="row">
      <span class={`dot ${severity}`} aria-hidden="true" /> {severity}
    </th>
  );
}
