import { describe, expect, it } from 'vitest';
import { connectionFailure, failureName } from '../../../lib/http/connection-failure.ts';

const coded = (code: string) => Object.assign(new Error('it broke'), { code });
/** An error in the form in which Node's `fetch` reports every failure. */
const fetched = (code: string) => new TypeError('fetch failed', { cause: coded(code) });
const aborted = () => Object.assign(new Error('the address'), { name: 'AbortError' });

describe('a request without an answer', () => {
  it.each([
    [coded('ECONNRESET'), 'ECONNRESET'],
    [coded('REQUEST_SEND_ERROR'), 'REQUEST_SEND_ERROR'],
    [fetched('UND_ERR_SOCKET'), 'UND_ERR_SOCKET'],
    [fetched('ECONNREFUSED'), 'ECONNREFUSED'],
    [aborted(), 'timeout'],
  ])('that ended with %o is a connection failure', (error, name) => {
    expect([connectionFailure(error), failureName(error)]).toEqual([name, name]);
  });

  it.each([
    [coded('CERT_HAS_EXPIRED'), 'CERT_HAS_EXPIRED'],
    [fetched('DEPTH_ZERO_SELF_SIGNED_CERT'), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [new TypeError('https://storage/?sig=secret'), 'TypeError'],
    ['text', 'error'],
    [Object.assign(coded('ECONNRESET'), { response: {} }), 'ECONNRESET'],
  ])('that ended with %o is not a connection failure', (error, name) => {
    expect([connectionFailure(error), failureName(error)]).toEqual([undefined, name]);
  });
});
