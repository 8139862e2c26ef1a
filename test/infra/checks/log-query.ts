import { LOG_LINES } from '../../../lib/pipeline/log-lines.ts';
import type { Fault } from '../infrastructure.ts';

/** The columns that queries use. https://learn.microsoft.com/azure/azure-monitor/reference/tables */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  AppTraces: ['AppRoleName', 'Message', 'TimeGenerated'],
  AppRequests: ['AppRoleName', 'Name', 'TimeGenerated', 'Success'],
};
/** The names under which queries read the JSON of a line. */
const JSON_NAMES = /\b(?:run|target|line)\.(\w+)/g;

/** Checks a query over the log: its table, its columns, the lines that it looks for and their fields. */
export function queryFaults(query: string): readonly Fault[] {
  const [table = ''] = query.split('\n');
  const columns = COLUMNS[table.trim()];
  if (columns === undefined) return [`no table ${table}`];
  return [
    ...balanceFaults(query),
    ...columnsIn(query)
      .filter((name) => !columns.includes(name))
      .map((name) => `${table} has no column ${name}`),
    ...lineFaults(query),
  ];
}

function lineFaults(query: string): readonly Fault[] {
  const messages = [...query.matchAll(/Message startswith '([^']+)'/g)].map(
    ([, text = '']) => text,
  );
  const shapes = new Map<string, object>(
    Object.entries(LOG_LINES).map(([name, { shape }]) => [name, shape]),
  );
  const known = messages.flatMap((message) => shapes.get(message) ?? []);
  const fields = [...query.matchAll(JSON_NAMES)].map(([, field = '']) => field);
  return [
    ...messages.filter((one) => !shapes.has(one)).map((one) => `the app never logs "${one}"`),
    ...[...new Set(fields)]
      .filter((field) => !known.some((shape) => field in shape))
      .map((field) => `no such line has the field ${field}`),
  ];
}

/** Columns of the table: what a filter, an order or an aggregate names and the query does not make. */
function columnsIn(query: string): readonly string[] {
  const made = new Set([...query.matchAll(/\b(\w+) = /g)].map(([, name]) => name));
  const named = query.matchAll(
    /(?:\bwhere |\bor |\band |\bby |bin\(|min\(|max\(|, 0, |project )([A-Z]\w+)\b(?! =[^=~])/g,
  );
  const names = [...named].map(([, name = '']) => name).filter((name) => !made.has(name));
  return [...new Set(names)];
}

function balanceFaults(query: string): readonly Fault[] {
  const bare = query.replaceAll(/'[^']*'/g, "''");
  const count = (character: string) => bare.split(character).length - 1;
  const quotes = query.split("'").length - 1;
  return count('(') === count(')') && quotes % 2 === 0 ? [] : ['brackets or quotes do not match'];
}
