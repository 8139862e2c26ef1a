export interface Measured {
  readonly seconds: number;
  /** The state of the builder on the disk, in MB of 10^6 bytes. */
  readonly megabytes: number;
}

export interface BenchRow {
  readonly what: string;
  /** The numbers of findings before and after the mount-free builder's patch. */
  readonly before: number;
  readonly after: number;
  readonly upstream: Measured;
  readonly own: Measured;
  /** Limit of the mount-free builder's time, as a multiple of upstream's. */
  readonly timeLimit?: number;
}

/** The same for all images. */
const DISK_LIMIT = 2.5;

/** Returns the lines of a Markdown table. A value over its limit is marked. */
export function benchTable(rows: readonly BenchRow[]): readonly string[] {
  const titles = ['image', 'findings', 'upstream', 'mount-free', 'time', 'disk'];
  return [
    line(titles),
    line(titles.map(() => '---')),
    ...rows.map(({ what, before, after, upstream, own, timeLimit }) =>
      line([
        what,
        `${before} → ${after}`,
        measured(upstream),
        measured(own),
        ratio(own.seconds / upstream.seconds, timeLimit),
        ratio(own.megabytes / upstream.megabytes, DISK_LIMIT),
      ]),
    ),
  ];
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function measured({ seconds, megabytes }: Measured): string {
  return `${seconds.toFixed(0)} s, ${megabytes} MB`;
}

function ratio(value: number, limit: number | undefined): string {
  const text = `${value.toFixed(1)} ×`;
  if (limit === undefined) return text;
  return value <= limit ? `${text} (limit ${limit})` : `${text} (OVER ${limit})`;
}
