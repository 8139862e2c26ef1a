import type { InvocationModel, ProgrammingModel } from '@azure/functions-core';
import * as z from 'zod';

/** Types of the host's claims: https://github.com/Azure/azure-functions-host SecurityConstants.cs */
const KEY_AUTHENTICATION = 'WebJobsAuthLevel';
const KEY_NAME_CLAIM = 'http://schemas.microsoft.com/2017/07/functions/claims/keyid';

const Identity = z.object({
  authenticationType: z.object({ value: z.string() }).nullish(),
  claims: z.array(z.object({ type: z.string(), value: z.string() })).default([]),
});
const HttpInvocation = z.object({
  inputData: z.array(
    z.object({ data: z.object({ http: z.object({ identities: z.array(Identity) }) }) }),
  ),
});

/** Returns the name of the key with which a request was authorized; undefined if the host gave none. */
export type KeyNameOf = (request: object) => string | undefined;

/** The part of `@azure/functions-core` that reads and replaces the model. */
interface FunctionsCore {
  getProgrammingModel(): ProgrammingModel | undefined;
  setProgrammingModel(model: ProgrammingModel): void;
}

/**
 * Notes the name of each request's function key. The host sends it, but `@azure/functions` drops it, so
 * this wraps the library's model. Call it after the first function is registered, which sets that model.
 */
export function noteKeyNames(core: FunctionsCore): KeyNameOf {
  const names = new WeakMap<object, string>();
  const model = core.getProgrammingModel();
  if (model !== undefined) {
    core.setProgrammingModel({
      name: model.name,
      version: model.version,
      getCapabilities: async (capabilities) =>
        (await model.getCapabilities?.(capabilities)) ?? capabilities,
      getInvocationModel: async (context) => {
        const invocation = await model.getInvocationModel(context);
        const name = keyNameIn(context.request);
        return name === undefined ? invocation : noting(invocation, name, names);
      },
    });
  }
  return (request) => names.get(request);
}

function noting(
  invocation: InvocationModel,
  name: string,
  names: WeakMap<object, string>,
): InvocationModel {
  return {
    getArguments: async () => {
      const given = await invocation.getArguments();
      const [request] = given.inputs;
      if (typeof request === 'object' && request !== null) names.set(request, name);
      return given;
    },
    invokeFunction: (...given) => invocation.invokeFunction(...given),
    getResponse: (...given) => invocation.getResponse(...given),
  };
}

/** Only claims of the key itself count: an identity's claims are of its own provider. */
function keyNameIn(request: unknown): string | undefined {
  const identities = HttpInvocation.safeParse(request).data?.inputData[0]?.data.http.identities;
  return identities
    ?.find(({ authenticationType }) => authenticationType?.value === KEY_AUTHENTICATION)
    ?.claims.find(({ type }) => type === KEY_NAME_CLAIM)?.value;
}
