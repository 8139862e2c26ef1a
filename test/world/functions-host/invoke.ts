import type { Callback, CoreApi } from './core-api.ts';
import type { LogLevel } from './host-log.ts';
import type { FromApp, InvocationResponse, ToApp } from './messages.ts';

/** Hooks may replace the inputs and the handler before, and the result and the error after. */
interface HookContext {
  hookData: object;
  appHookData: object;
  invocationContext: object;
  inputs: unknown[];
}

/**
 * One invocation in the order of the worker: the library makes the arguments, hooks run before and
 * after, the library makes the answer.
 * https://github.com/Azure/azure-functions-nodejs-worker src/eventHandlers/InvocationHandler.ts
 */
export async function invoke(
  core: CoreApi,
  message: Extract<ToApp, { readonly kind: 'invoke' }>,
): Promise<FromApp> {
  const { id, functionName } = message;
  try {
    return { kind: 'done', id, response: await run(core, message) };
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    core.log({
      level: 'error',
      category: 'system',
      functionName,
      invocationId: id,
      message: text,
    });
    return { kind: 'failed', id, message: error instanceof Error ? error.message : String(error) };
  }
}

async function run(
  core: CoreApi,
  message: Extract<ToApp, { readonly kind: 'invoke' }>,
): Promise<InvocationResponse> {
  const { id, functionName, request } = message;
  const { metadata, callback } = core.find(functionName);
  const coreContext = {
    invocationId: id,
    request: { invocationId: id, functionId: functionName, ...request },
    metadata,
    state: undefined as string | undefined,
    log: (level: LogLevel, category: 'user' | 'system', text: string) =>
      core.log({ level, category, functionName, invocationId: id, message: text }),
  };
  const model = await core.model.getInvocationModel(coreContext);
  const { context, inputs } = await model.getArguments();
  const before: HookContext & { functionCallback: Callback } = {
    hookData: {},
    appHookData: {},
    invocationContext: context,
    inputs,
    functionCallback: callback,
  };
  coreContext.state = 'preInvocationHooks';
  await core.runHooks('preInvocation', before);

  coreContext.state = 'invocation';
  const outcome = await settle(
    model.invokeFunction(context, before.inputs, before.functionCallback),
  );

  const after: HookContext & { result: unknown; error: unknown } = {
    hookData: before.hookData,
    appHookData: before.appHookData,
    invocationContext: context,
    inputs: before.inputs,
    result: outcome.result,
    error: outcome.error,
  };
  coreContext.state = 'postInvocationHooks';
  await core.runHooks('postInvocation', after);
  if (after.error !== null && after.error !== undefined) {
    throw after.error;
  }
  return model.getResponse(context, after.result);
}

/** A rejection without a value is none: the real worker takes it for success. */
async function settle(work: Promise<unknown>): Promise<{ result: unknown; error: unknown }> {
  try {
    return { result: await work, error: null };
  } catch (error) {
    return { result: null, error };
  }
}
