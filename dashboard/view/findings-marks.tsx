import { formatCount } from '../model/format.ts';
import { type Findings, SEVERITIES } from '../model/severities.ts';

interface Props {
  readonly findings: Findings | undefined;
  /** What to say if no scan tells the findings. */
  readonly otherwise: string;
}

const LETTERS = { critical: 'C', high: 'H', medium: 'M', low: 'L', unknown: '?' } as const;

/** Findings by severity: a count with the letter of each. */
export function FindingsMarks({ findings, otherwise }: Props) {
  if (findings === undefined) return <span class="quiet">{otherwise}</span>;
  const some = SEVERITIES.filter((severity) => findings[severity] > 0);
  if (some.length === 0) return <span class="none">none</span>;
  return (
    <span class="findings">
      {some.map((severity) => (
        <span key={severity} class={`severity ${severity}`}>
          {formatCount(findings[severity])}
          <span aria-hidden="true">{LETTERS[severity]}</span>
          <span class="hidden"> {severity}, </span>
        </span>
      ))}
    </span>
  );
}
