import { InvocationContext, type LogHandler } from '@azure/functions';
import { expect, it } from 'vitest';
import { servicesOf } from '../../../functions/services.ts';
import { UnitWorld } from '../pipeline/unit-world.ts';

/** What the queries of alerts and of the workbook do: `parse_json(extract('[{].*[}]', 0, Message))`. */
function fieldsIn(line: string): unknown {
  return JSON.parse(/[{].*[}]/.exec(line)?.[0] ?? 'null');
}

it('logs a line in the form that the queries read', () => {
  const lines: unknown[] = [];
  const logHandler: LogHandler = (level, ...args) => void lines.push(level, ...args);
  const context = new InvocationContext({ functionName: 'runTick', logHandler });
  const { log } = servicesOf(new UnitWorld().services)(context);
  const fields = { runId: '20261123T020000Z-7f3a', detail: 'a "quoted" {text}, é', failed: 2 };

  log.warn('run completed with failures', fields);

  const [level, line] = lines;
  expect(level).toBe('warning');
  expect(line).toMatch(/^run completed with failures \{/);
  expect(fieldsIn(String(line))).toEqual(fields);
});
