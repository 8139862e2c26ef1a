/**
 * The wait that the service asks for, in seconds, rounded up; undefined if it asks for none.
 * `Retry-After` holds seconds or an HTTP date (RFC 9110 §10.2.3), Azure's own headers milliseconds.
 */
export function retryAfterSeconds(
  headers: { get(name: string): string | null | undefined },
  now: Date,
): number | undefined {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const milliseconds = wholeNumber(headers.get(name));
    if (milliseconds !== undefined) return Math.ceil(milliseconds / 1000);
  }
  const value = headers.get('retry-after')?.trim();
  if (value === undefined || value === '') return undefined;
  const seconds = wholeNumber(value);
  if (seconds !== undefined) return seconds;
  const date = Date.parse(value);
  if (Number.isNaN(date)) return undefined;
  return Math.max(0, Math.ceil((date - now.getTime()) / 1000));
}

function wholeNumber(value: string | null | undefined): number | undefined {
  return typeof value === 'string' && /^\d{1,9}$/.test(value.trim()) ? Number(value) : undefined;
}
