/** Reads the error code from the header, or from the XML body if a proxy dropped the header. */
export async function errorCode(response: Response): Promise<string> {
  const named = response.headers.get('x-ms-error-code');
  const body = (await response.text().catch(() => '')).slice(0, 8192);
  const code = named ?? /<Code>([A-Za-z]{1,64})<\/Code>/.exec(body)?.[1] ?? '';
  return /^[A-Za-z]{1,64}$/.test(code) ? code : '';
}
