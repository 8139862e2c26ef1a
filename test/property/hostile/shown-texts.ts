import { CONTAINERS } from '../../../lib/storage/blobs.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import type { PipelineWorld } from '../../pipeline/pipeline-world.ts';

/** All texts that people may see: in rows, in log lines, in names of blobs. */
export interface ShownText {
  readonly where: string;
  readonly text: string;
}

/** Control characters, line breaks, direction overrides and lone surrogates. */
const RAW = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/u;
/** Columns in which our own code separates lines: the faults of a policy, warnings, events. */
const OF_LINES: ReadonlySet<string> = new Set([
  `${TABLES.runs}.detail`,
  `${TABLES.runs}.warnings`,
  `${TABLES.targets}.events`,
]);
/** The start of a spreadsheet formula. */
const FORMULA = /^[=+@\t\r]|^-(?![\d.]+$)/;

export function shownTexts(world: PipelineWorld): readonly ShownText[] {
  const rows = Object.values(TABLES).flatMap((table) =>
    world.tables.all(table).flatMap(({ entity: { partitionKey: _1, rowKey: _2, ...columns } }) =>
      Object.entries(columns).flatMap(([column, value]) => {
        const where = `${table}.${column}`;
        return lines(value, OF_LINES.has(where)).map((text) => ({ where, text }));
      }),
    ),
  );
  const log = world.log.flatMap(({ message, fields }) => [
    { where: 'log', text: message },
    ...Object.entries(fields ?? {}).flatMap(([name, value]) =>
      lines(value, name === 'detail').map((text) => ({ where: `log.${name}`, text })),
    ),
  ]);
  const blobs = Object.values(CONTAINERS).flatMap((container) =>
    world.blobs.names(container).map((text) => ({ where: 'blob', text })),
  );
  return [...rows, ...log, ...blobs];
}

/** Texts that could forge a line or reverse the order of characters. */
export function unprintable(texts: readonly ShownText[]): readonly ShownText[] {
  return texts.filter(({ text }) => RAW.test(text));
}

/** Texts that a spreadsheet would run as a formula. */
export function formulas(texts: readonly ShownText[]): readonly ShownText[] {
  return texts.filter(({ text }) => FORMULA.test(text));
}

function lines(value: unknown, several: boolean): readonly string[] {
  if (typeof value !== 'string') return [];
  return several ? value.split('\n') : [value];
}
