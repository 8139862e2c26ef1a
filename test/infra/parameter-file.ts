/** A parameter that infra/main.bicepparam takes from the environment. */
export interface FromEnvironment {
  readonly parameter: string;
  readonly variable: string;
  /** Whether there is a default where the environment lacks it. */
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
