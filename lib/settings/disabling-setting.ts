/**
 * The name of the setting that disables this function, or undefined. The Functions host accepts two
 * names in any case, and the values `true` (in any case) and `1`.
 */
export function disablingSetting(
  functionName: string,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const names = ['.', '_'].map((mark) =>
    `AzureWebJobs${mark}${functionName}${mark}Disabled`.toLowerCase(),
  );
  return Object.keys(environment).find((name) => {
    const value = environment[name]?.toLowerCase();
    return names.includes(name.toLowerCase()) && (value === 'true' || value === '1');
  });
}
