/** A Send connector to one host by its address, as an object of server.yaml. */
export function smartHostConnector(
  name: string,
  spaces: string,
  { address, port }: { readonly address: string; readonly port: number },
): Readonly<Record<string, unknown>> {
  return {
    Name: name,
    AddressSpaces: spaces,
    DNSRoutingEnabled: false,
    SmartHosts: address,
    Port: port,
  }
}
