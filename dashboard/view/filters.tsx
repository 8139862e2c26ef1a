import { useMemo } from 'preact/hooks';
import type { ImageView } from '../../lib/history/image-view.ts';
import { type ImageFilter, isFiltered, NO_FILTER } from '../model/filter-images.ts';
import { inWords } from '../model/format.ts';
import { SEVERITIES } from '../model/severities.ts';

interface Props {
  readonly images: readonly ImageView[];
  readonly filter: ImageFilter;
  readonly onFilter: (filter: ImageFilter) => void;
}

const CHOSEN_SEVERITIES = ['critical', 'high', 'medium', 'low'];

export function Filters({ images, filter, onFilter }: Props) {
  const repositories = useMemo(() => distinct(images, ({ repository }) => repository), [images]);
  const states = useMemo(() => distinct(images, ({ state }) => state), [images]);
  const severity = SEVERITIES.find((one) => one === filter.severity) ?? '';
  return (
    <search class="filters">
      <div class="field wide">
        <label for="filter-text">Search</label>
        <input
          id="filter-text"
          type="search"
          placeholder="name, reason or CVE"
          value={filter.text}
          onInput={(event) => onFilter({ ...filter, text: event.currentTarget.value })}
        />
      </div>
      <Choice
        id="filter-repository"
        label="Repository"
        value={filter.repository}
        options={repositories}
        onChoice={(repository) => onFilter({ ...filter, repository })}
      />
      <Choice
        id="filter-state"
        label="State"
        value={filter.state}
        options={states}
        text={inWords}
        onChoice={(state) => onFilter({ ...filter, state })}
      />
      <Choice
        id="filter-severity"
        label="Severity"
        value={severity}
        options={CHOSEN_SEVERITIES}
        text={orHigher}
        onChoice={(chosen) => {
          onFilter({ ...filter, severity: SEVERITIES.find((one) => one === chosen) ?? '' });
        }}
      />
      {isFiltered(filter) && (
        <button type="button" onClick={() => onFilter(NO_FILTER)}>
          Clear
        </button>
      )}
    </search>
  );
}

function asIs(option: string): string {
  return option;
}

function orHigher(severity: string): string {
  return severity === 'critical' ? severity : `${severity} or higher`;
}

function Choice(props: {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly text?: (option: string) => string;
  readonly onChoice: (option: string) => void;
}) {
  const { id, label, value, options, text = asIs, onChoice } = props;
  const choices = useMemo(
    () =>
      options.map((option) => (
        <option key={option} value={option}>
          {text(option)}
        </option>
      )),
    [options, text],
  );
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChoice(event.currentTarget.value)}>
        <option value="">all</option>
        {choices}
      </select>
    </div>
  );
}

function distinct(
  images: readonly ImageView[],
  value: (image: ImageView) => string,
): readonly string[] {
  return [...new Set(images.map(value))].sort();
}
