/** A call of Explain for a shell. The address is to be seen to where TLS or another host serves gRPC. */
export function grpcurlOf(
  request: object,
  { address, needsToken }: { readonly address: string; readonly needsToken: boolean },
): string {
  const token = needsToken ? ` -H "authorization: Bearer $TOKEN"` : '';
  // A single quote ends the shell's string: it is put in between as one of its own.
  const body = JSON.stringify(request).replaceAll("'", `'\\''`);
  return `grpcurl -plaintext${token} -d '${body}' ${address} sextant.v1.SelectionService/Explain`;
}
