/** A parameter that infra/main.bicepparam reads from the environment. */
export interface FromEnvironment {
  readonly parameter: string;
  readonly variable: string;
  /** True if there is a default for a missing variable. */
  readonly optional: boolean;
}

export function readParameterFile(text: string): readonly FromEnvironment[] {
  const lines = text.matchAll(/^param (\w+) = .*?readEnvironmentVariable\('(\w+)'(,)?/gm);
  return [...lines].map(([, parameter = '', variable = '', comma]) => ({
    parameter,
    variable,
    optional: comma !== undefined,
  }));
}
