import type { HostLog, LogLevel } from './host-log.ts';

const ORDER: readonly LogLevel[] = [
  'trace',
  'debug',
  'information',
  'warning',
  'error',
  'critical',
  'none',
];

/** `logging.logLevel` of host.json: category → the least level that is kept. */
export type LogLevels = Readonly<Record<string, LogLevel>>;

/** Whether host.json keeps a line: the longest category that it begins with decides. */
export function isKept(log: HostLog, levels: LogLevels): boolean {
  const category = categoryOf(log);
  const names = Object.keys(levels).filter(
    (name) => category === name || category.startsWith(`${name}.`),
  );
  const longest = names.sort((one, other) => other.length - one.length)[0] ?? 'default';
  const least = levels[longest] ?? 'information';
  return ORDER.indexOf(log.level) >= ORDER.indexOf(least);
}

/** As the real host names it. */
function categoryOf({ category, functionName }: HostLog): string {
  switch (category) {
    case 'user':
      return `Function.${functionName}.User`;
    case 'console':
      return 'Host.Function.Console';
    case 'system':
    case 'host':
      return functionName === undefined ? 'Host.General' : `Function.${functionName}`;
  }
}
