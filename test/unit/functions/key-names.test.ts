import type { InvocationModel, ProgrammingModel } from '@azure/functions-core';
import { expect, it } from 'vitest';
import { noteKeyNames } from '../../../functions/key-names.ts';

const KEY_ID = 'http://schemas.microsoft.com/2017/07/functions/claims/keyid';
const LEVEL = 'http://schemas.microsoft.com/2017/07/functions/claims/authlevel';

/** The model of the library: one input, the request. */
class Library implements ProgrammingModel {
  readonly name = 'the library';
  readonly version = '4';
  readonly request = { method: 'POST' };

  getInvocationModel(): InvocationModel {
    return {
      getArguments: async () => ({ context: {}, inputs: [this.request] }),
      invokeFunction: async (_, inputs) => ['invoked with', ...inputs],
      getResponse: async (_, result) => ({ result }),
    };
  }

  async getCapabilities(): Promise<object> {
    return { HttpUri: '' };
  }
}

function core() {
  const library = new Library();
  let model: ProgrammingModel = library;
  const module = {
    getProgrammingModel: () => model,
    setProgrammingModel: (given: ProgrammingModel) => {
      model = given;
    },
  };
  return { module, library, model: () => model };
}

function invocation(identities: unknown) {
  return { request: { inputData: [{ name: 'request', data: { http: { identities } } }] } };
}

function identity(type: string, name: string) {
  return {
    authenticationType: { value: type },
    claims: [
      { type: LEVEL, value: 'Function' },
      { type: KEY_ID, value: name },
    ],
  };
}

async function nameAfter(given: { readonly request: unknown }): Promise<string | undefined> {
  const { module, library, model } = core();
  const keyNameOf = noteKeyNames(module);
  await (await model().getInvocationModel(given)).getArguments();
  return keyNameOf(library.request);
}

it('tells the name of the key with which the host authorized a request', async () => {
  const user = { authenticationType: { value: 'aad' }, claims: [] };
  const key = identity('WebJobsAuthLevel', 'night-operator');

  expect(await nameAfter(invocation([user, key]))).toBe('night-operator');
});

it.each([
  ['the identity is of another provider', invocation([identity('aad', 'forged')])],
  ['the host gives no identity', invocation([])],
  ['the function has another trigger', { request: { inputData: [{ name: 'timer', data: {} }] } }],
  ['the data has another shape', { request: { inputData: 'none' } }],
])('tells no name if %s', async (_, given) => {
  expect(await nameAfter(given)).toBeUndefined();
});

it('leaves arguments, invocation, answer and capabilities to the library', async () => {
  const { module, library, model } = core();
  noteKeyNames(module);

  const wrapped = model();
  const one = await wrapped.getInvocationModel(invocation([identity('WebJobsAuthLevel', 'a')]));
  const { context, inputs } = await one.getArguments();
  const result = await one.invokeFunction(context, inputs, () => undefined);

  expect(wrapped).toMatchObject({ name: 'the library', version: '4' });
  expect(inputs).toEqual([library.request]);
  expect(await one.getResponse(context, result)).toEqual({
    result: ['invoked with', library.request],
  });
  expect(await wrapped.getCapabilities?.({})).toEqual({ HttpUri: '' });
});

it('tells no name if the worker has no model', () => {
  const keyNameOf = noteKeyNames({
    getProgrammingModel: () => undefined,
    setProgrammingModel: () => undefined,
  });

  expect(keyNameOf({})).toBeUndefined();
});
