/**
 * What this app uses of the module that the Node worker provides at run time. It is in no package
 * registry. https://github.com/Azure/azure-functions-nodejs-worker types-core/index.d.ts
 */
declare module '@azure/functions-core' {
  /** Turns the data of an invocation into the arguments of a handler. */
  interface InvocationModel {
    getArguments(): Promise<{ context: object; inputs: unknown[] }>;
    invokeFunction(context: object, inputs: unknown[], callback: unknown): Promise<unknown>;
    getResponse(context: object, result: unknown): Promise<object>;
  }

  interface ProgrammingModel {
    name: string;
    version: string;
    getInvocationModel(context: {
      readonly request: unknown;
    }): InvocationModel | Promise<InvocationModel>;
    getCapabilities?(capabilities: object): Promise<object>;
  }

  /** The model that `@azure/functions` has set when the app registered its first function. */
  function getProgrammingModel(): ProgrammingModel | undefined;
  function setProgrammingModel(model: ProgrammingModel): void;
}
