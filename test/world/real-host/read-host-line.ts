import * as z from 'zod';
import type { InvocationEnd } from '../functions-host/functions-host.ts';
import type { HostLog, LogLevel } from '../functions-host/host-log.ts';

/** One line of the real host's log with `HOST_LOG=json`. */
const HostLine = z.object({
  LogLevel: z.string(),
  Category: z.string(),
  Message: z.string(),
  Exception: z.string().optional(),
  State: z.looseObject({}).optional(),
  Scopes: z.array(z.unknown()).default([]),
});
type HostLine = z.infer<typeof HostLine>;

const Scope = z.object({
  MS_FunctionInvocationId: z.string().optional(),
  MS_FunctionName: z.string().optional(),
});
const FUNCTION = /^Function\.(?<name>[^.]+)(?<user>\.User)?$/;
const EXECUTED =
  /^Executed 'Functions\.(?<name>[^']+)' \((?<outcome>Succeeded|Failed), Id=(?<id>[^,]+), Duration=(?<ms>\d+)ms\)$/;
/** How the host shows what a function threw: `Result: Failure`, `Exception: TEXT`, `Stack: …`. */
const THROWN = /Result: Failure\s+Exception: (?<text>[\s\S]*?)\s*Stack:/;
const FIRST_LINE = /^(?:[\w.]+: )?(?<text>.*)/;

export interface ReadLine {
  readonly log: HostLog;
  /** How an invocation ended, if the line says so. */
  readonly end: InvocationEnd | undefined;
}

/** Undefined if the line is none of the host's logger: its web server writes some plain ones. */
export function readHostLine(text: string): ReadLine | undefined {
  const line = parse(text);
  if (line === undefined) return undefined;
  const { functionName, invocationId, category } = placeOf(line);
  const cause = line.Exception === undefined ? '' : `: ${line.Exception}`;
  return {
    log: {
      at: new Date().toISOString(),
      level: levelOf(line.LogLevel),
      category,
      message: category === 'host' ? line.Message + cause : line.Message,
      ...(functionName !== undefined && { functionName }),
      ...(invocationId !== undefined && { invocationId }),
    },
    end: endOf(line),
  };
}

function parse(text: string): HostLine | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return HostLine.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function placeOf(line: HostLine): Pick<HostLog, 'functionName' | 'invocationId' | 'category'> {
  const scopes = line.Scopes.map((scope) => Scope.safeParse(scope).data);
  const invocationId = scopes.map((scope) => scope?.MS_FunctionInvocationId).find(Boolean);
  const found = FUNCTION.exec(line.Category)?.groups;
  const functionName = found?.name ?? scopes.map((scope) => scope?.MS_FunctionName).find(Boolean);
  const about = {
    ...(functionName !== undefined && { functionName }),
    ...(invocationId !== undefined && { invocationId }),
  };
  if (found?.user !== undefined) return { category: 'user', ...about };
  return { category: line.Category === 'Host.Function.Console' ? 'console' : 'host', ...about };
}

function endOf(line: HostLine): InvocationEnd | undefined {
  const { name, outcome, id, ms } = EXECUTED.exec(line.Message)?.groups ?? {};
  if (name === undefined || id === undefined) return undefined;
  return {
    functionName: name,
    invocationId: id,
    durationMs: Number(ms),
    error: outcome === 'Failed' ? causeOf(line.Exception ?? '') : undefined,
  };
}

function causeOf(exception: string): string {
  const thrown = THROWN.exec(exception)?.groups?.text;
  if (thrown !== undefined) return thrown.replace(/^\w*Error: /, '');
  return FIRST_LINE.exec(exception.split('--->').at(-1)?.trim() ?? '')?.groups?.text ?? exception;
}

function levelOf(level: string): LogLevel {
  const levels: readonly LogLevel[] = [
    'trace',
    'debug',
    'information',
    'warning',
    'error',
    'critical',
  ];
  return levels.find((one) => one === level.toLowerCase()) ?? 'none';
}
