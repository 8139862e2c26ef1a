import { describe, expect, it } from 'vitest';
import { APP_TOKEN, appOption, FUNCTION_KEY } from '../../../../lib/cli/app/app-option.ts';
import type { Invocation } from '../../../../lib/cli/command.ts';

const KEY = 'the-function-key';

function read(
  values: Readonly<Record<string, string>>,
  options: { readonly key?: string | undefined; readonly probe?: boolean } = { key: KEY },
) {
  const invocation: Invocation = {
    flag: (name) => name === 'probe' && options.probe === true,
    value: (name) => values[name],
    operands: [],
    output: 'table',
  };
  return appOption(invocation, { [FUNCTION_KEY]: options.key });
}

describe('appOption', () => {
  it('needs no key if no app is named', () => {
    expect(read({}, {})).toBeUndefined();
  });

  it.each([
    ['https://my-app.azurewebsites.net', 'https://my-app.azurewebsites.net'],
    ['https://MY-APP.azurewebsites.net/', 'https://my-app.azurewebsites.net'],
    ['http://localhost:7071', 'http://localhost:7071'],
  ])('reads the address %s and the key', (app, origin) => {
    expect(read({ app }, { key: ` ${KEY}\n` })).toEqual({ origin, key: KEY });
  });

  it.each([
    ['my-app', /must be an address: https:/],
    ['ftp://localhost', /must be an address: https:/],
    ['http://my-app.azurewebsites.net', /must start with https:/],
    ['https://localhost/api/doctor', /an address without a path/],
    [`https://localhost/?code=${KEY}`, /an address without .*PATCHWRIGHT_FUNCTION_KEY/],
    [`https://user:${KEY}@localhost`, /an address without a path/],
    [`https://localhost/#${KEY}`, /an address without a path/],
  ])('refuses the address %s in one line, without quoting it', (app, message) => {
    const refused = () => read({ app });

    expect(refused).toThrow(message);
    expect(refused).toThrow(expect.objectContaining({ name: 'UsageError' }));
    expect(refused).not.toThrow(KEY);
  });

  it.each([
    [undefined, 'is missing'],
    ['', 'is missing'],
    ['two\nlines', 'is malformed'],
    ['a b', 'is malformed'],
    ['x'.repeat(513), 'is malformed'],
  ])('refuses %j as a function key', (key, what) => {
    expect(() => read({ app: 'https://localhost:1' }, { key })).toThrow(
      expect.objectContaining({
        name: 'CliError',
        message: `the function key ${what}`,
        where: expect.stringContaining(FUNCTION_KEY),
        whatToDo: expect.stringContaining('az functionapp keys list'),
      }),
    );
  });

  it('takes a token of Entra before the key, and quotes a malformed one nowhere', () => {
    const invocation: Invocation = {
      flag: () => false,
      value: (name) => (name === 'app' ? 'https://localhost:1' : undefined),
      operands: [],
      output: 'table',
    };
    const given = (token: string) =>
      appOption(invocation, { [FUNCTION_KEY]: KEY, [APP_TOKEN]: token });

    expect(given(' eyJ.a-b.c_d\n')).toMatchObject({ key: '', token: 'eyJ.a-b.c_d' });
    expect(given('')).toMatchObject({ key: KEY });
    expect(() => given('Bearer two')).toThrow('the token is malformed');
    expect(() => given('Bearer two')).not.toThrow('two');
  });

  it('can’t be combined with a probe or with settings', () => {
    const app = 'https://localhost:1';

    expect(() => read({ app }, { key: KEY, probe: true })).toThrow('"--probe" exclude each other');
    expect(() => read({ app, settings: 'x.json' })).toThrow('"--settings" exclude each other');
  });
});
