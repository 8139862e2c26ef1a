import { CONTAINERS } from '../../../lib/storage/blobs.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import type { PipelineWorld } from '../../pipeline/pipeline-world.ts';

/** Where people meet a text: in a row, in a line of the log, as the name of a blob. */
export interface ShownText {
  readonly where: string;
  readonly text: string;
}

/** Control characters, line breaks, what turns a line around, halves of characters. */
const RAW = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/u;
/** What a spreadsheet calculates. */
const FORMULA = /^[=+@\t\r]|^-(?![\d.]+$)/;

export function shownTexts(world: PipelineWorld): readonly ShownText[] {
  const rows = Object.values(TABLES).flatMap((table) =>
    world.tables.all(table).flatMap(({ entity: { partitionKey: _1, rowKey: _2, ...columns } }) =>
      Object.entries(columns).flatMap(([column, value]) =>
        // The faults of a policy are lines of ours.
        lines(value, table === TABLES.runs && column === 'detail').map((text) => ({
          where: `${table}.${column}`,
          text,
        })),
      ),
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

/** What could forge a line or an order of letters. */
export function unprintable(texts: readonly ShownText[]): readonly ShownText[] {
  return texts.filter(({ text }) => RAW.test(text));
}

/** What would be calculated where the rows are opened as a table. */
export function formulas(texts: readonly ShownText[]): readonly ShownText[] {
  return texts.filter(({ text }) => FORMULA.test(text));
}

function lines(value: unknown, several: boolean): readonly string[] {
  if (typeof value !== 'string') return [];
  return several ? value.split('\n') : [value];
}
