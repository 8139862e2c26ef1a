import { describe, expect, it } from 'vitest';
import { readHostLine } from './read-host-line.ts';

function read(fields: object) {
  return readHostLine(
    JSON.stringify({ LogLevel: 'Information', Category: 'Host.Startup', Message: 'm', ...fields }),
  );
}

describe('a line of the real host', () => {
  it('is none if it is plain text or other JSON', () => {
    expect(readHostLine('Now listening on: http://127.0.0.1:7071')).toBeUndefined();
    expect(readHostLine('{"a":1}')).toBeUndefined();
    expect(readHostLine('{"cut')).toBeUndefined();
  });

  it('is of a function if its category says so', () => {
    const scope = { MS_FunctionInvocationId: 'i-1', MS_FunctionName: 'work' };

    expect(read({ Category: 'Function.work.User', Scopes: [scope] })?.log).toMatchObject({
      category: 'user',
      functionName: 'work',
      invocationId: 'i-1',
      message: 'm',
    });
  });

  it('is the app’s own if the app printed it', () => {
    const { log } = read({ Category: 'Host.Function.Console', LogLevel: 'Warning' }) ?? {};

    expect(log).toMatchObject({ category: 'console', level: 'warning', message: 'm' });
  });

  it('says how an invocation ended', () => {
    const ended = (outcome: string, more = {}) =>
      read({
        Category: 'Function.work',
        Message: `Executed 'Functions.work' (${outcome}, Id=i-1, Duration=12ms)`,
        ...more,
      })?.end;
    const thrown =
      'FunctionInvocationException: Exception\n ---> RpcException: Result: Failure\nException: the work failed\nStack: Error: the work failed\n   at x';
    const late =
      'Microsoft.Azure.WebJobs.Host.FunctionTimeoutException: Timeout value of 00:00:04 was exceeded by function: Functions.work\n   at y';

    const end = { functionName: 'work', invocationId: 'i-1', durationMs: 12 };
    expect(ended('Succeeded')).toEqual({ ...end, error: undefined });
    expect(ended('Failed', { Exception: thrown })).toEqual({ ...end, error: 'the work failed' });
    expect(ended('Failed', { Exception: late })).toEqual({
      ...end,
      error: 'Timeout value of 00:00:04 was exceeded by function: Functions.work',
    });
    expect(read({ Category: 'Function.work' })?.end).toBeUndefined();
  });
});
